import type { Value } from "@yolo-compile/ir";
import {
  type Arguments,
  applyActivation,
  argumentError,
  bareCall,
  channelsOf,
  concat,
  convBnAct as conv,
  conv2d,
  defineModule,
  type ModuleDefinition,
  moduleTable,
  type PlanContext,
  planRepeating,
  planScaled,
  type RowPlan,
  type Scope,
  split,
} from "@yolo-compile/network";
import { psaBlock } from "./attention.js";
import { dwConv, ghostConv, repConv } from "./conv.js";

/** The magnitude of random branches beside a shortcut: large ones would let a deep stack amplify every rounding. */
const IN_RESIDUAL = 0.3;

type Block = (scope: Scope, x: Value) => Value;

interface BottleneckOptions {
  readonly shortcut: boolean;
  readonly g: number;
  /** Hidden channels, as a fraction of the output's. */
  readonly e: number;
  /** Kernels of the two convolutions. */
  readonly k?: readonly [number, number];
  /** Whether the first convolution is a RepConv. */
  readonly rep?: boolean;
}

/** ultralytics 8.4 nn/modules/block.py Bottleneck, RepBottleneck */
function bottleneck(scope: Scope, x: Value, c2: number, options: BottleneckOptions): Value {
  const { shortcut, g, e, k = [3, 3], rep = false } = options;
  const first = scope.child("cv1");
  const hidden = rep ? repConv(first, x, Math.trunc(c2 * e)) : conv(first, x, Math.trunc(c2 * e), { k: k[0] });
  const residual = shortcut && channelsOf(x) === c2;
  const y = conv(scope.child("cv2"), hidden, c2, { k: k[1], g, ...(residual && { randomScale: IN_RESIDUAL }) });
  return residual ? scope.op("Add", [x, y]) : y;
}

/** ultralytics 8.4 nn/modules/block.py GhostBottleneck of stride 1, as C3Ghost has it */
function ghostBottleneck(scope: Scope, x: Value, c2: number): Value {
  const main = scope.child("conv");
  const hidden = ghostConv(main.child("0"), x, Math.floor(c2 / 2));
  main.child("1");
  scope.child("shortcut");
  return scope.op("Add", [ghostConv(main.child("2"), hidden, c2, { act: false }), x]);
}

/** Depthwise 7x7 and 3x3 side by side, then SiLU; `fuse()` makes one convolution. ultralytics 8.4 nn/modules/block.py RepVGGDW */
function repVggDw(scope: Scope, x: Value): Value {
  const c = channelsOf(x);
  const active = (y: Value): Value => applyActivation(scope.child("act"), y, bareCall("nn.SiLU"));
  if (scope.stored("conv.weight")) return active(conv2d(scope.child("conv"), x, c, { k: 7, p: 3, g: c }));
  const wide = conv(scope.child("conv"), x, c, { k: 7, g: c, act: false });
  return active(scope.op("Add", [wide, conv(scope.child("conv1"), x, c, { k: 3, g: c, act: false })]));
}

/** ultralytics 8.4 nn/modules/block.py CIB, with as many hidden channels as outputs */
function compactInverted(scope: Scope, x: Value, c2: number, shortcut: boolean, large: boolean): Value {
  const sequence = scope.child("cv1");
  const c1 = channelsOf(x);
  const spread = conv(sequence.child("1"), dwConv(sequence.child("0"), x, c1, { k: 3 }), 2 * c2);
  const middle = sequence.child("2");
  const moved = large ? repVggDw(middle, spread) : dwConv(middle, spread, 2 * c2, { k: 3 });
  const y = dwConv(sequence.child("4"), conv(sequence.child("3"), moved, c2), c2, {
    k: 3,
    ...(shortcut && { randomScale: IN_RESIDUAL }),
  });
  return shortcut && c1 === c2 ? scope.op("Add", [x, y]) : y;
}

/** `nn.Sequential(*(block for _ in range(n)))` registered as `m`. */
function repeated(scope: Scope, x: Value, n: number, block: Block): Value {
  const sequence = scope.child("m");
  let y = x;
  for (let index = 0; index < n; index++) y = block(sequence.child(String(index)), y);
  return y;
}

/** Two branches of `hidden` channels, one through `inner`, joined. ultralytics 8.4 nn/modules/block.py C3 */
function c3(scope: Scope, x: Value, c2: number, hidden: number, inner: Block): Value {
  const main = conv(scope.child("cv1"), x, hidden);
  const side = conv(scope.child("cv2"), x, hidden);
  const join = scope.child("cv3");
  return conv(join, concat(scope, [inner(scope, main), side]), c2);
}

/** A C3 of `n` Bottlenecks with two 3x3 convolutions, half as wide as its output. ultralytics 8.4 nn/modules/block.py C3k */
export function c3k(scope: Scope, x: Value, c2: number, n: number, options: Omit<BottleneckOptions, "e">): Value {
  const hidden = Math.trunc(c2 * 0.5);
  return c3(scope, x, c2, hidden, (inside, y) =>
    repeated(inside, y, n, (each, z) => bottleneck(each, z, hidden, { ...options, e: 1 })),
  );
}

/** A C3 of RepBottlenecks. ultralytics 8.4 nn/modules/block.py RepCSP */
function repCsp(scope: Scope, x: Value, c2: number, n: number): Value {
  const hidden = Math.trunc(c2 * 0.5);
  const options = { shortcut: true, g: 1, e: 1, rep: true };
  return c3(scope, x, c2, hidden, (inside, y) =>
    repeated(inside, y, n, (each, z) => bottleneck(each, z, hidden, options)),
  );
}

const halves = (scope: Scope, x: Value): [Value, Value] => {
  const half = channelsOf(x) / 2;
  return split(scope, x, [half, half], 1) as [Value, Value];
};

/**
 * Both halves of a convolution, then each block's output after the other, joined. ultralytics 8.4 nn/modules/block.py C2f
 */
export function c2f(scope: Scope, x: Value, c2: number, n: number, hidden: number, block: Block): Value {
  const parts: Value[] = [...halves(scope, conv(scope.child("cv1"), x, 2 * hidden))];
  const [join, list] = [scope.child("cv2"), scope.child("m")];
  for (let index = 0; index < n; index++) parts.push(block(list.child(String(index)), parts.at(-1)!));
  return conv(join, concat(scope, parts), c2);
}

/** One half of a convolution through `n` blocks, joined with the other. ultralytics 8.4 nn/modules/block.py C2 */
function c2Of(scope: Scope, x: Value, c2: number, n: number, hidden: number, block: Block): Value {
  const [main, side] = halves(scope, conv(scope.child("cv1"), x, 2 * hidden));
  const join = scope.child("cv2");
  return conv(join, concat(scope, [repeated(scope, main, n, block), side]), c2);
}

/** ultralytics 8.4 nn/modules/block.py RepC3 */
function repC3(scope: Scope, x: Value, c2: number, n: number, hidden: number): Value {
  const [main, side] = [conv(scope.child("cv1"), x, hidden), conv(scope.child("cv2"), x, hidden)];
  const sum = scope.op("Add", [repeated(scope, main, n, (each, y) => repConv(each, y, hidden)), side]);
  const join = scope.child("cv3");
  return hidden === c2 ? sum : conv(join, sum, c2);
}

/** Halves of a convolution, and two more stages. ultralytics 8.4 nn/modules/block.py RepNCSPELAN4, ELAN1 */
function elan(scope: Scope, x: Value, c2: number, c3: number, stage: (scope: Scope, x: Value) => Value): Value {
  const parts: Value[] = [...halves(scope, conv(scope.child("cv1"), x, c3))];
  for (const name of ["cv2", "cv3"]) parts.push(stage(scope.child(name), parts.at(-1)!));
  return conv(scope.child("cv4"), concat(scope, parts), c2);
}

function repStage(scope: Scope, x: Value, c4: number, n: number): Value {
  return conv(scope.child("1"), repCsp(scope.child("0"), x, c4, n), c4, { k: 3 });
}

/** Scales for which C3k2 has C3ks whatever the yaml says. */
const LARGE_SCALES = ["m", "l", "x"];

/** `[c1, c2, n, c3k, …]` */
function planC3k2(context: PlanContext): RowPlan {
  const { settings, args, where, module } = context;
  if (!LARGE_SCALES.some((scale) => settings.get("scale") === scale)) return planRepeating(context);
  if (args.length < 2)
    throw argumentError(module, "c3k", undefined, "a value, which scale m, l and x set to True", where);
  return planRepeating({ ...context, args: [args[0]!, true, ...args.slice(2)] });
}

type C3k2Names = "c1" | "c2" | "n" | "c3k" | "e" | "attn" | "g" | "shortcut";

/** ultralytics 8.4 nn/modules/block.py C3k2 */
function c3k2(scope: Scope, x: Value, a: Arguments<C3k2Names>): Value {
  const c2 = a.int("c2");
  const hidden = Math.trunc(c2 * a.number("e", 0.5));
  const options = { shortcut: a.bool("shortcut", true), g: a.int("g", 1) };
  const plain: Block = (each, y) => bottleneck(each, y, hidden, { ...options, e: 0.5 });
  const attentive: Block = (each, y) => psaBlock(each.child("1"), plain(each.child("0"), y));
  const nested: Block = (each, y) => c3k(each, y, hidden, 2, options);
  const block = a.bool("attn", false) ? attentive : a.bool("c3k", false) ? nested : plain;
  return c2f(scope, x, c2, a.int("n", 1), hidden, block);
}

const TYPE = "ultralytics.nn.modules.block";
const SIGNATURE = ["c1", "c2", "n", "shortcut", "g", "e"] as const;

type Joined = (scope: Scope, x: Value, c2: number, n: number, hidden: number, block: Block) => Value;

interface CspOptions {
  readonly shortcut: boolean;
  readonly k?: readonly [number, number];
}

/** A cross-stage-partial block of Bottlenecks; `shortcut` is its default. */
const csp = (name: string, join: Joined, { shortcut, ...rest }: CspOptions): ModuleDefinition =>
  defineModule({
    type: `${TYPE}.${name}`,
    signature: SIGNATURE,
    plan: planRepeating,
    build: (scope, x, a) => {
      const c2 = a.int("c2");
      const hidden = Math.trunc(c2 * a.number("e", 0.5));
      const options = { shortcut: a.bool("shortcut", shortcut), g: a.int("g", 1), e: 1, ...rest };
      return join(scope, x, c2, a.int("n", 1), hidden, (each, y) => bottleneck(each, y, hidden, options));
    },
  });

const joinC3: Joined = (scope, x, c2, n, hidden, block) =>
  c3(scope, x, c2, hidden, (inside, y) => repeated(inside, y, n, block));

/** Cross-stage-partial blocks of the yaml. */
export const CSP_MODULES = moduleTable({
  C2f: csp("C2f", c2f, { shortcut: false }),
  C2: csp("C2", c2Of, { shortcut: true }),
  C3: csp("C3", joinC3, { shortcut: true, k: [1, 3] }),
  C3Ghost: defineModule({
    type: `${TYPE}.C3Ghost`,
    signature: SIGNATURE,
    plan: planRepeating,
    build: (scope, x, a) => {
      const hidden = Math.trunc(a.int("c2") * a.number("e", 0.5));
      return joinC3(scope, x, a.int("c2"), a.int("n", 1), hidden, (each, y) => ghostBottleneck(each, y, hidden));
    },
  }),
  C3k2: defineModule({
    type: `${TYPE}.C3k2`,
    signature: ["c1", "c2", "n", "c3k", "e", "attn", "g", "shortcut"],
    plan: planC3k2,
    build: c3k2,
  }),
  C2fCIB: defineModule({
    type: `${TYPE}.C2fCIB`,
    signature: ["c1", "c2", "n", "shortcut", "lk", "g", "e"],
    plan: planRepeating,
    build: (scope, x, a) => {
      const c2 = a.int("c2");
      const hidden = Math.trunc(c2 * a.number("e", 0.5));
      const [shortcut, large] = [a.bool("shortcut", false), a.bool("lk", false)];
      return c2f(scope, x, c2, a.int("n", 1), hidden, (each, y) => compactInverted(each, y, hidden, shortcut, large));
    },
  }),
  RepC3: defineModule({
    type: `${TYPE}.RepC3`,
    signature: ["c1", "c2", "n", "e"],
    plan: planRepeating,
    build: (scope, x, a) => repC3(scope, x, a.int("c2"), a.int("n", 3), Math.trunc(a.int("c2") * a.number("e", 1))),
  }),
  RepNCSPELAN4: defineModule({
    type: `${TYPE}.RepNCSPELAN4`,
    signature: ["c1", "c2", "c3", "c4", "n"],
    plan: planScaled,
    build: (scope, x, a) =>
      elan(scope, x, a.int("c2"), a.int("c3"), (stage, y) => repStage(stage, y, a.int("c4"), a.int("n", 1))),
  }),
  ELAN1: defineModule({
    type: `${TYPE}.ELAN1`,
    signature: ["c1", "c2", "c3", "c4"],
    plan: planScaled,
    build: (scope, x, a) =>
      elan(scope, x, a.int("c2"), a.int("c3"), (stage, y) => conv(stage, y, a.int("c4"), { k: 3 })),
  }),
});
