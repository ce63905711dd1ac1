import { divideSizes, multiplySizes } from "@yolo-compile/core";
import type { Value } from "@yolo-compile/ir";
import {
  type Arguments,
  channelsOf,
  concat,
  convBnAct as conv,
  defineModule,
  mapSizes,
  moduleTable,
  type PlanContext,
  planRepeating,
  planScaled,
  type RowPlan,
  reshape,
  type Scope,
  split,
} from "@yolo-compile/network";
import { AREA_HEAD, areaBlock, psaBlock } from "./attention.js";
import { c2f, c3k } from "./csp.js";

type Stage = (scope: Scope, x: Value) => Value;

/** Half of a convolution's channels through attention, joined with the other half. */
function besideAttention(scope: Scope, x: Value, e: number, stage: Stage): Value {
  const c1 = channelsOf(x);
  const hidden = Math.trunc(c1 * e);
  const [side, main] = split(scope, conv(scope.child("cv1"), x, 2 * hidden), [hidden, hidden], 1) as [Value, Value];
  const join = scope.child("cv2");
  return conv(join, concat(scope, [side, stage(scope, main)]), c1);
}

function sequence(scope: Scope, x: Value, n: number, stage: Stage): Value {
  let y = x;
  for (let index = 0; index < n; index++) y = stage(scope.child(String(index)), y);
  return y;
}

/** Scales whose A2C2f have a residual and a narrow MLP. */
const RESIDUAL_SCALES = ["l", "x"];

/** `[c1, c2, n, a2, area, …]`, with what parse_model appends for large scales. */
function planArea(context: PlanContext): RowPlan {
  const large = RESIDUAL_SCALES.some((scale) => context.settings.get("scale") === scale);
  return planRepeating(large ? { ...context, args: [...context.args, true, { pyFloat: 1.2 }] } : context);
}

type AreaNames = "c1" | "c2" | "n" | "a2" | "area" | "residual" | "mlp_ratio" | "e" | "g" | "shortcut";

/** ultralytics 8.4 nn/modules/block.py A2C2f */
function areaC2f(scope: Scope, x: Value, a: Arguments<AreaNames>): Value {
  const c2 = a.int("c2");
  const hidden = Math.trunc(c2 * a.number("e", 0.5));
  const [attentive, residual] = [a.bool("a2", true), a.bool("residual", false)];
  const stage = attentive ? areaStage(x, hidden, a) : plainStage(hidden, a);
  const parts = [conv(scope.child("cv1"), x, hidden)];
  const [join, list] = [scope.child("cv2"), scope.child("m")];
  for (let index = 0; index < a.int("n", 1); index++) parts.push(stage(list.child(String(index)), parts.at(-1)!));
  const y = conv(join, concat(scope, parts), c2);
  if (!attentive || !residual) return y;
  const gamma = reshape(scope, scope.parameter("gamma", [c2], 0.3), [1, c2, 1, 1]);
  return scope.op("Add", [x, scope.op("Mul", [gamma, y])]);
}

function areaStage(x: Value, hidden: number, a: Arguments<AreaNames>): Stage {
  const area = a.int("area", 1);
  const [, , h, w] = mapSizes(x);
  if (area < 1 || divideSizes(multiplySizes(h, w), area) === undefined)
    throw a.error("area", `a divisor of the map's ${h}x${w} pixels`);
  if (hidden % AREA_HEAD !== 0 || hidden === 0) throw a.error("c2", `twice a multiple of ${AREA_HEAD} channels`);
  const ratio = a.number("mlp_ratio", 2);
  return (scope, y) => sequence(scope, y, 2, (each, z) => areaBlock(each, z, ratio, area));
}

const plainStage = (hidden: number, a: Arguments<AreaNames>): Stage => {
  const options = { shortcut: a.bool("shortcut", true), g: a.int("g", 1) };
  return (scope, y) => c3k(scope, y, hidden, 2, options);
};

const TYPE = "ultralytics.nn.modules.block";

/** Blocks with attention of the yaml. */
export const ATTENTION_MODULES = moduleTable({
  PSA: defineModule({
    type: `${TYPE}.PSA`,
    signature: ["c1", "c2", "e"],
    plan: planScaled,
    build: (scope, x, a) => besideAttention(scope, x, a.number("e", 0.5), psaBlock),
  }),
  C2PSA: defineModule({
    type: `${TYPE}.C2PSA`,
    signature: ["c1", "c2", "n", "e"],
    plan: planRepeating,
    build: (scope, x, a) =>
      besideAttention(scope, x, a.number("e", 0.5), (inside, y) =>
        sequence(inside.child("m"), y, a.int("n", 1), psaBlock),
      ),
  }),
  C2fPSA: defineModule({
    type: `${TYPE}.C2fPSA`,
    signature: ["c1", "c2", "n", "e"],
    plan: planRepeating,
    build: (scope, x, a) => {
      const hidden = Math.trunc(a.int("c2") * a.number("e", 0.5));
      return c2f(scope, x, a.int("c2"), a.int("n", 1), hidden, psaBlock);
    },
  }),
  A2C2f: defineModule({
    type: `${TYPE}.A2C2f`,
    signature: ["c1", "c2", "n", "a2", "area", "residual", "mlp_ratio", "e", "g", "shortcut"],
    plan: planArea,
    build: areaC2f,
  }),
});
