import type { Value } from "@yolo-compile/ir";
import {
  type Arguments,
  argumentError,
  asNumber,
  channelsOf,
  convBnAct as conv,
  defineModule,
  globalAvgPool2d,
  isList,
  linear,
  type ModuleDefinition,
  moduleTable,
  type PlanContext,
  type PyValue,
  type RowPlan,
  reshape,
  type Scope,
  type UnnamedLayout,
} from "@yolo-compile/network";
import { answerOf } from "./answer.js";
import { detect, detectMaps, type HeadRow, type Task } from "./detect.js";
import { anchorLayout, chosenLayout, classLayout, type Extras, mapLayout, prototypeLayout } from "./layout.js";
import { prototypes, prototypes26 } from "./prototypes.js";
import { flowModel, type KeypointShape, keypointTask, keypointTask26, maskTask, rotationTask } from "./tasks.js";

const TYPE = "ultralytics.nn.modules.head";

/** Default arguments of a head: the number of classes, then the task's. */
type Defaults = readonly PyValue[];

/** `[nc, …, reg_max, end2end, ch]` as the table prints it, and whether branches of classes are the older ones. */
function planHead(context: PlanContext, defaults: Defaults): RowPlan {
  const { args, settings, inputs } = context;
  const given = [args[0] ?? null, ...defaults.map((fallback, index) => args[index + 1] ?? fallback)];
  const printed = [...given, settings.get("reg_max") ?? 16, settings.get("end2end") ?? null, [...inputs]];
  const surplus = args.slice(1 + defaults.length);
  const legacy = settings.get("legacy") ?? true;
  return { args: [...printed, legacy, ...surplus], printed, channels: inputs[0]!, copies: 1 };
}

/** As {@link planHead}, with the hidden channels of the prototypes scaled by the width. */
function planSegment(context: PlanContext): RowPlan {
  const wanted = asNumber(context.args[2] ?? 256);
  if (wanted === undefined) throw argumentError(context.module, "npr", context.args[2], "an integer", context.where);
  return planHead(
    { ...context, args: [...context.args.slice(0, 1), context.args[1] ?? 32, context.scaledChannels(wanted)] },
    [32, 256],
  );
}

/** YOLOv10's head always has two copies of its branches; the table prints its arguments as [nc, ch]. */
function planV10(context: PlanContext): RowPlan {
  const printed = [context.args[0] ?? null, [...context.inputs]];
  const [nc, ch] = printed as [PyValue, PyValue];
  return { args: [nc, 16, true, ch, false], printed, channels: context.inputs[0]!, copies: 1 };
}

type RowNames = "nc" | "reg_max" | "end2end" | "legacy";

function rowOf(a: Arguments<RowNames>): HeadRow {
  const [nc, regMax] = [a.int("nc"), a.int("reg_max")];
  if (nc < 1) throw a.error("nc", "a number of classes from 1 on");
  if (regMax < 1) throw a.error("reg_max", "a number of bins from 1 on");
  return { nc, regMax, twice: a.has("end2end") && a.bool("end2end"), legacy: a.bool("legacy") };
}

const boxLayout = (scope: Scope, a: Arguments<RowNames>, extras: Extras = {}) =>
  answerOf(scope, rowOf(a).twice).end2end ? chosenLayout(extras) : anchorLayout(a.int("nc"), extras);

/** The layout of each level's map, where the outputs are maps. */
function mapLayouts({ trace }: Scope, a: Arguments<RowNames | "ch">): readonly UnnamedLayout[] | undefined {
  const levels = a.value("ch");
  if (!trace.gaveMaps || levels === undefined || !isList(levels)) return undefined;
  const { nc, regMax } = rowOf(a);
  return levels.map(() => mapLayout(nc, regMax, trace.options.ending?.head === "sigmoid"));
}

const DETECT_SIGNATURE = ["nc", "reg_max", "end2end", "ch", "legacy"] as const;

const detector = (name: string, plan: (context: PlanContext) => RowPlan): ModuleDefinition =>
  defineModule({
    type: `${TYPE}.${name}`,
    signature: DETECT_SIGNATURE,
    plan,
    inputs: "many",
    outputs: (a, scope) => mapLayouts(scope, a) ?? [boxLayout(scope, a)],
    build: (scope, inputs, a) => detectMaps(scope, inputs, rowOf(a)) ?? detect(scope, inputs, rowOf(a)),
  });

type Prototypes = (scope: Scope, inputs: readonly Value[], hidden: number, masks: number, nc: number) => Value;

const segmenter = (name: string, make: Prototypes): ModuleDefinition =>
  defineModule({
    type: `${TYPE}.${name}`,
    signature: ["nc", "nm", "npr", "reg_max", "end2end", "ch", "legacy"],
    plan: planSegment,
    inputs: "many",
    outputs: (a, scope) => [boxLayout(scope, a, { masks: a.int("nm") }), prototypeLayout(a.int("nm"))],
    build: (scope, inputs, a) => {
      const masks = a.int("nm");
      const boxes = detect(scope, inputs, rowOf(a), maskTask(channelsOf(inputs[0]!), masks));
      return [boxes, make(scope.child("proto"), inputs, a.int("npr"), masks, a.int("nc"))];
    },
  });

function keypointShape(a: Arguments<"kpt_shape">): KeypointShape {
  const shape = a.ints("kpt_shape");
  const [count = 0, size] = shape;
  if (shape.length !== 2 || count < 1 || (size !== 2 && size !== 3))
    throw a.error("kpt_shape", "a count of points and how many numbers each has, 2 or 3");
  return [count, size];
}

const poser = (name: string, make: (first: number, shape: KeypointShape) => Task, more: (scope: Scope) => void) =>
  defineModule({
    type: `${TYPE}.${name}`,
    signature: ["nc", "kpt_shape", "reg_max", "end2end", "ch", "legacy"],
    plan: (context) => planHead(context, [[17, 3]]),
    inputs: "many",
    outputs: (a, scope) => [boxLayout(scope, a, { keypoints: keypointShape(a) })],
    build: (scope, inputs, a) => {
      more(scope);
      return detect(scope, inputs, rowOf(a), make(channelsOf(inputs[0]!), keypointShape(a)));
    },
  });

const rotator = (name: string, bounded: boolean): ModuleDefinition =>
  defineModule({
    type: `${TYPE}.${name}`,
    signature: ["nc", "ne", "reg_max", "end2end", "ch", "legacy"],
    plan: (context) => planHead(context, [1]),
    inputs: "many",
    outputs: (a, scope) => [boxLayout(scope, a, { rotation: true })],
    build: (scope, inputs, a) => {
      if (a.int("ne") !== 1) throw a.error("ne", "1, an angle");
      return detect(scope, inputs, rowOf(a), rotationTask(channelsOf(inputs[0]!), bounded));
    },
  });

const CLASSIFY_CHANNELS = 1280;

/** x: [n,c1,h,w] -> probabilities [n,c2]. ultralytics 8.4 nn/modules/head.py Classify */
function classify(scope: Scope, x: Value, a: Arguments<"c2" | "k" | "s" | "p" | "g">): Value {
  const y = conv(scope.child("conv"), x, CLASSIFY_CHANNELS, {
    k: a.int("k", 1),
    s: a.int("s", 1),
    p: a.has("p") ? a.int("p") : undefined,
    g: a.int("g", 1),
  });
  const pooled = globalAvgPool2d(scope.child("pool"), y);
  scope.child("drop");
  const logits = linear(scope.child("linear"), reshape(scope, pooled, [pooled.type.shape[0]!, -1]), a.int("c2"));
  return scope.op("Softmax", [logits], { axis: 1 });
}

/** Heads of the yaml: the last row of a network. */
export const HEAD_MODULES = moduleTable({
  Detect: detector("Detect", (context) => planHead(context, [])),
  v10Detect: detector("v10Detect", planV10),
  Segment: segmenter("Segment", (scope, [first], hidden, masks) => prototypes(scope, first!, hidden, masks)),
  Segment26: segmenter("Segment26", prototypes26),
  Pose: poser("Pose", keypointTask, () => {}),
  Pose26: poser("Pose26", keypointTask26, flowModel),
  OBB: rotator("OBB", true),
  OBB26: rotator("OBB26", false),
  Classify: defineModule({
    type: `${TYPE}.Classify`,
    signature: ["c1", "c2", "k", "s", "p", "g"],
    // The classes are not scaled by the width.
    plan: ({ args, inputs }) => ({ args: [inputs[0]!, ...args], channels: inputs[0]!, copies: 1 }),
    outputs: (a) => [classLayout(a.int("c2"))],
    build: (scope, x, a) => classify(scope, x, a),
  }),
});
