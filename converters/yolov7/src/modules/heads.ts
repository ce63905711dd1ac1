import type { Value } from "@yolo-compile/ir";
import { type Arguments, channelsOf, conv2d, defineModule, moduleTable, type Scope } from "@yolo-compile/network";
import { BOX_HEAD, type PredictLevel } from "@yolo-compile/yolov5";

const FOLDED = "the Convs are fused, and what fuses them folds implicits into the head's convolutions";

/** Whether the weights are those of `Model.fuse()`, which folds implicits into the head and leaves them where they are. */
const isFused = ({ trace }: Scope): boolean => [...trace.expected.keys()].some((name) => name.endsWith(".conv.bias"));

/** (conv(x + ia)) * im: YOLOv7's knowledge that no input changes. */
function implicitly(scope: Scope): PredictLevel {
  const [added, factors] = [scope.child("ia"), scope.child("im")];
  const fused = isFused(scope);
  return (list, x, channels, level) => {
    const conv = list.child(String(level));
    const [before, after] = [added.child(String(level)), factors.child(String(level))];
    if (fused) {
      for (const implicit of [before, after]) implicit.ignore("implicit", FOLDED);
      return conv2d(conv, x, channels);
    }
    const moved = scope.op("Add", [before.parameter("implicit", [1, channelsOf(x), 1, 1]), x]);
    return scope.op("Mul", [after.parameter("implicit", [1, channels, 1, 1]), conv2d(conv, moved, channels)]);
  };
}

type HeadArguments = Arguments<"nc" | "anchors" | "ch">;

const TRAINING = "it makes outputs that training alone looks at";

/** IDetect of the first half of the inputs; the outputs of the others are for training. yolov7 models/yolo.py IAuxDetect */
function auxDetect(scope: Scope, inputs: readonly Value[], a: HeadArguments): ReturnType<typeof BOX_HEAD.build> {
  if (inputs.length % 2 !== 0) throw a.error("ch", "two inputs for each level");
  const others = inputs.slice(inputs.length / 2);
  const predict = implicitly(scope);
  const aside = scope.child("m2");
  return BOX_HEAD.build(scope, inputs.slice(0, others.length), a, (list, x, channels, level) => {
    scope.unused(TRAINING, () => {
      conv2d(aside.child(String(level)), others[level]!, channels);
    });
    return predict(list, x, channels, level);
  });
}

/** Heads of the yaml besides Detect: the last row of a network. */
export const HEAD_MODULES = moduleTable({
  IDetect: defineModule({
    ...BOX_HEAD,
    type: "models.yolo.IDetect",
    build: (scope, inputs, a) => BOX_HEAD.build(scope, inputs, a, implicitly(scope)),
  }),
  IAuxDetect: defineModule({
    ...BOX_HEAD,
    type: "models.yolo.IAuxDetect",
    levels: (inputs) => inputs / 2,
    build: auxDetect,
  }),
});
