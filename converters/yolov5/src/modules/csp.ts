import type { Value } from "@yolo-compile/ir";
import {
  applyActivation,
  bareCall,
  batchNorm2d,
  channelsOf,
  concat,
  conv2d,
  convBnAct,
  defineModule,
  type ModuleDefinition,
  moduleTable,
  planRepeating,
  planScaled,
  type Scope,
} from "@yolo-compile/network";
import { dwConv, ghostConv } from "./conv.js";
import { spatialPyramid } from "./pooling.js";
import { transformerBlock } from "./transformer.js";

interface BottleneckOptions {
  readonly shortcut: boolean;
  readonly g: number;
  /** Hidden channels, as a fraction of the output's. */
  readonly e: number;
}

const add = (scope: Scope, a: Value, b: Value): Value => scope.op("Add", [a, b]);

/** The magnitude of random branches beside a shortcut: large ones would let a deep stack amplify every rounding. */
const IN_RESIDUAL = 0.3;

/** yolov5 v7.0 models/common.py Bottleneck */
function bottleneck(scope: Scope, x: Value, c2: number, { shortcut, g, e }: BottleneckOptions): Value {
  const hidden = convBnAct(scope.child("cv1"), x, Math.trunc(c2 * e));
  const residual = shortcut && channelsOf(x) === c2;
  const y = convBnAct(scope.child("cv2"), hidden, c2, { k: 3, g, ...(residual && { randomScale: IN_RESIDUAL }) });
  return residual ? add(scope, x, y) : y;
}

interface CrossConvOptions extends BottleneckOptions {
  readonly k: number;
  readonly s: number;
}

/** A 1xk convolution, then a kx1. yolov5 v7.0 models/common.py CrossConv */
function crossConv(scope: Scope, x: Value, c2: number, { k, s, g, e, shortcut }: CrossConvOptions): Value {
  const hidden = convBnAct(scope.child("cv1"), x, Math.trunc(c2 * e), { k: [1, k], s: [1, s] });
  const y = convBnAct(scope.child("cv2"), hidden, c2, { k: [k, 1], s: [s, 1], g });
  return shortcut && channelsOf(x) === c2 ? add(scope, x, y) : y;
}

/** yolov5 v7.0 models/common.py GhostBottleneck */
function ghostBottleneck(scope: Scope, x: Value, c2: number, k = 3, s = 1): Value {
  const [main, side] = [scope.child("conv"), scope.child("shortcut")];
  const hidden = ghostConv(main.child("0"), x, Math.floor(c2 / 2));
  const middle = main.child("1");
  const moved = s === 2 ? dwConv(middle, hidden, channelsOf(hidden), { k, s, act: false }) : hidden;
  const y = ghostConv(main.child("2"), moved, c2, { act: false });
  if (s !== 2) return add(scope, y, x);
  const slim = dwConv(side.child("0"), x, channelsOf(x), { k, s, act: false });
  return add(scope, y, convBnAct(side.child("1"), slim, c2, { act: false }));
}

/** `nn.Sequential(*(block for _ in range(n)))` registered as `m`. */
function repeated(scope: Scope, x: Value, n: number, block: (scope: Scope, x: Value) => Value): Value {
  const sequence = scope.child("m");
  let y = x;
  for (let index = 0; index < n; index++) y = block(sequence.child(String(index)), y);
  return y;
}

/** Two branches of `e * c2` channels, one through `inner`, joined. yolov5 v7.0 models/common.py C3 */
function c3(
  scope: Scope,
  x: Value,
  c2: number,
  e: number,
  inner: (scope: Scope, x: Value, hidden: number) => Value,
): Value {
  const hidden = Math.trunc(c2 * e);
  const main = convBnAct(scope.child("cv1"), x, hidden);
  const side = convBnAct(scope.child("cv2"), x, hidden);
  const join = scope.child("cv3");
  return convBnAct(join, concat(scope, [inner(scope, main, hidden), side]), c2);
}

/** yolov5 v7.0 models/common.py BottleneckCSP; its activation is its own SiLU, whatever `activation:` says. */
function bottleneckCsp(scope: Scope, x: Value, c2: number, n: number, options: BottleneckOptions): Value {
  const hidden = Math.trunc(c2 * options.e);
  const main = convBnAct(scope.child("cv1"), x, hidden);
  const side = conv2d(scope.child("cv2"), x, hidden, { bias: false });
  const inner = repeated(scope, main, n, (block, y) => bottleneck(block, y, hidden, { ...options, e: 1 }));
  const joined = concat(scope, [conv2d(scope.child("cv3"), inner, hidden, { bias: false }), side]);
  const normal = batchNorm2d(scope.child("bn"), joined);
  const active = applyActivation(scope.child("act"), normal, bareCall("nn.SiLU"));
  return convBnAct(scope.child("cv4"), active, c2);
}

const C3_SIGNATURE = ["c1", "c2", "n", "shortcut", "g", "e"] as const;

/** A C3 whose inner part is `n` blocks. */
const c3Of = (
  type: string,
  block: (scope: Scope, x: Value, c: number, options: BottleneckOptions) => Value,
): ModuleDefinition =>
  defineModule({
    type: `models.common.${type}`,
    signature: C3_SIGNATURE,
    plan: planRepeating,
    build: (scope, x, a) => {
      const options = { shortcut: a.bool("shortcut", true), g: a.int("g", 1), e: 1 };
      return c3(scope, x, a.int("c2"), a.number("e", 0.5), (inside, y, hidden) =>
        repeated(inside, y, a.int("n", 1), (each, z) => block(each, z, hidden, options)),
      );
    },
  });

/** Bottlenecks and cross-stage-partial blocks of the yaml. */
export const CSP_MODULES = moduleTable({
  Bottleneck: defineModule({
    type: "models.common.Bottleneck",
    signature: ["c1", "c2", "shortcut", "g", "e"],
    plan: planScaled,
    build: (scope, x, a) =>
      bottleneck(scope, x, a.int("c2"), {
        shortcut: a.bool("shortcut", true),
        g: a.int("g", 1),
        e: a.number("e", 0.5),
      }),
  }),
  BottleneckCSP: defineModule({
    type: "models.common.BottleneckCSP",
    signature: C3_SIGNATURE,
    plan: planRepeating,
    build: (scope, x, a) =>
      bottleneckCsp(scope, x, a.int("c2"), a.int("n", 1), {
        shortcut: a.bool("shortcut", true),
        g: a.int("g", 1),
        e: a.number("e", 0.5),
      }),
  }),
  CrossConv: defineModule({
    type: "models.common.CrossConv",
    signature: ["c1", "c2", "k", "s", "g", "e", "shortcut"],
    plan: planScaled,
    build: (scope, x, a) =>
      crossConv(scope, x, a.int("c2"), {
        k: a.int("k", 3),
        s: a.int("s", 1),
        g: a.int("g", 1),
        e: a.number("e", 1),
        shortcut: a.bool("shortcut", false),
      }),
  }),
  GhostBottleneck: defineModule({
    type: "models.common.GhostBottleneck",
    signature: ["c1", "c2", "k", "s"],
    plan: planScaled,
    build: (scope, x, a) => ghostBottleneck(scope, x, a.int("c2"), a.int("k", 3), a.int("s", 1)),
  }),
  C3: c3Of("C3", bottleneck),
  C3x: c3Of("C3x", (scope, x, c, options) => crossConv(scope, x, c, { ...options, k: 3, s: 1 })),
  C3Ghost: c3Of("C3Ghost", (scope, x, c) => ghostBottleneck(scope, x, c)),
  C3TR: defineModule({
    type: "models.common.C3TR",
    signature: C3_SIGNATURE,
    plan: planRepeating,
    build: (scope, x, a) =>
      c3(scope, x, a.int("c2"), a.number("e", 0.5), (inside, y, hidden) =>
        transformerBlock(inside.child("m"), y, hidden, 4, a.int("n", 1)),
      ),
  }),
  C3SPP: defineModule({
    type: "models.common.C3SPP",
    signature: ["c1", "c2", "k", "n", "shortcut", "g", "e"],
    plan: planScaled,
    build: (scope, x, a) =>
      c3(scope, x, a.int("c2"), a.number("e", 0.5), (inside, y, hidden) =>
        spatialPyramid(inside.child("m"), y, hidden, a.ints("k", [5, 9, 13])),
      ),
  }),
});
