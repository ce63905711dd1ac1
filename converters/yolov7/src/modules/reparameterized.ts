import { fixedSize, type Value } from "@yolo-compile/ir";
import {
  type Arguments,
  activate,
  applyActivation,
  bareCall,
  batchNorm2d,
  type ConvOptions,
  channelsOf,
  conv2d,
  defineModule,
  hasIdentity,
  moduleTable,
  planScaled,
  type Scope,
  shareOf,
  sum,
} from "@yolo-compile/network";
import { squareOnly } from "../diagnostics.js";
import { ownActivation } from "./conv.js";

/*
 * Blocks that train as sums of branches and run as one convolution. Weights of either form are read: their names tell. What is
 * emitted for the first is the sum; merging it is left to passes.
 */

const RELU = bareCall("nn.ReLU");

/** An nn.Sequential of a convolution and its BatchNorm, by their names in it. */
function convNorm(
  scope: Scope,
  x: Value,
  c2: number,
  { names: [conv, norm], randomScale, ...options }: ConvOptions & BranchOptions,
): Value {
  const y = conv2d(scope.child(conv), x, c2, { ...options, bias: false });
  return batchNorm2d(scope.child(norm), y, { randomScale });
}

interface BranchOptions {
  /** Names of the convolution and its BatchNorm in their Sequential. */
  readonly names: readonly [conv: string, norm: string];
  readonly randomScale: number;
}

/** Whether the block is the one convolution `name` already: the row says it, or the weights have it. */
const isMerged = (scope: Scope, name: string, said: boolean): boolean =>
  said || scope.stored(`${name}.weight`) !== undefined;

interface RepVggOptions {
  readonly s: number;
  readonly g: number;
  readonly deploy: boolean;
  readonly names: BranchOptions["names"];
}

/** A 3x3, a 1x1 and perhaps x, each with its BatchNorm. x: [n,c1,h,w] -> [n,c2,h/s,w/s] */
function repVgg(scope: Scope, x: Value, c2: number, { s, g, deploy, names }: RepVggOptions): Value {
  if (isMerged(scope, "rbr_reparam", deploy)) return conv2d(scope.child("rbr_reparam"), x, c2, { k: 3, s, p: 1, g });
  const identity = hasIdentity(x, c2, s);
  const randomScale = shareOf(identity ? 3 : 2);
  const own = identity ? [batchNorm2d(scope.child("rbr_identity"), x, { randomScale })] : [];
  const dense = convNorm(scope.child("rbr_dense"), x, c2, { k: 3, s, p: 1, g, names, randomScale });
  const point = convNorm(scope.child("rbr_1x1"), x, c2, { s, g, names, randomScale });
  return sum(scope, [dense, point, ...own]);
}

/** Squeeze-and-excitation: each channel times sigmoid(expand(relu(reduce(mean)))), by the names of its convolutions. */
function squeezeExcite(scope: Scope, x: Value, hidden: number, [reduce, expand]: readonly [string, string]): Value {
  const mean = scope.op("GlobalAveragePool", [x]);
  const reduced = scope.op("Relu", [conv2d(scope.child(reduce), mean, hidden)]);
  const gate = scope.op("Sigmoid", [conv2d(scope.child(expand), reduced, channelsOf(x))]);
  return scope.op("Mul", [x, gate]);
}

/** RepVGG's pools by a kernel as high as the map is wide. */
function requireSquare(x: Value, a: Arguments<never>): void {
  const [height, width] = [fixedSize(x, 2), fixedSize(x, 3)];
  if (height !== width) throw squareOnly(a.module, [height, width], a.where);
}

interface MobileOneOptions {
  readonly k: number;
  readonly s: number;
  readonly p: number;
  readonly g: number;
  /** That of the merged form; the training form has none, whatever the row says. */
  readonly d: number;
  readonly deploy: boolean;
  /** The number of equal branches. */
  readonly branches: number;
}

/** Equal convolutions, a 1x1 where they are larger, and perhaps x, each with its BatchNorm. */
function mobileOne(scope: Scope, x: Value, c2: number, { deploy, branches, d, ...options }: MobileOneOptions): Value {
  const { k, s, g } = options;
  if (isMerged(scope, "reparam_conv", deploy))
    return conv2d(scope.child("reparam_conv"), x, c2, { ...options, d: deploy ? d : 1 });
  const identity = hasIdentity(x, c2, s);
  const shared = {
    names: ["conv", "bn"],
    randomScale: shareOf(branches + (k > 1 ? 1 : 0) + (identity ? 1 : 0)),
  } as const;
  const own = identity ? [batchNorm2d(scope.child("rbr_skip"), x, shared)] : [];
  const list = scope.child("rbr_conv");
  const equal = Array.from({ length: branches }, (_, index) =>
    convNorm(list.child(String(index)), x, c2, { ...options, ...shared }),
  );
  const scale = k > 1 ? [convNorm(scope.child("rbr_scale"), x, c2, { s, g, ...shared })] : [];
  return sum(scope, [...scale, ...own, ...equal]);
}

/** The one value that the block's code takes. */
function require(a: Arguments<"k" | "p">, name: "k" | "p", found: number, expected: number): void {
  if (found !== expected) throw a.error(name, String(expected));
}

/** Blocks of YOLOv7, RepVGG and MobileOne in either form. */
export const REPARAMETERIZED_MODULES = moduleTable({
  // yolov7 models/common.py RepConv
  RepConv: defineModule({
    type: "models.common.RepConv",
    signature: ["c1", "c2", "k", "s", "p", "g", "act", "deploy"],
    plan: planScaled,
    build: (scope, x, a) => {
      require(a, "k", a.int("k", 3), 3);
      if (a.has("p")) require(a, "p", a.int("p"), 1);
      const y = repVgg(scope, x, a.int("c2"), {
        s: a.int("s", 1),
        g: a.int("g", 1),
        deploy: a.bool("deploy", false),
        names: ["0", "1"],
      });
      return activate(scope, y, ownActivation(a.activation("act")));
    },
  }),
  // RepVGG repvgg.py RepVGGBlock
  RepVGGBlock: defineModule({
    type: "models.common.RepVGGBlock",
    signature: ["c1", "c2", "k", "s", "p", "d", "g", "padding_mode", "deploy", "use_se"],
    plan: planScaled,
    build: (scope, x, a) => {
      require(a, "k", a.int("k"), 3);
      require(a, "p", a.int("p", 0), 1);
      if (a.text("padding_mode", "zeros") !== "zeros") throw a.error("padding_mode", "zeros");
      if (a.int("d", 1) !== 1) throw a.error("d", "1, the dilation of its training form");
      const c2 = a.int("c2");
      const y = repVgg(scope, x, c2, {
        s: a.int("s", 1),
        g: a.int("g", 1),
        deploy: a.bool("deploy", false),
        names: ["conv", "bn"],
      });
      const se = scope.child("se");
      if (!a.bool("use_se", false)) return applyActivation(scope.child("nonlinearity"), y, RELU);
      requireSquare(y, a);
      const gated = squeezeExcite(se, y, Math.floor(c2 / 16), ["down", "up"]);
      return applyActivation(scope.child("nonlinearity"), gated, RELU);
    },
  }),
  // ml-mobileone mobileone.py MobileOneBlock
  MobileOneBlock: defineModule({
    type: "models.common.MobileOneBlock",
    signature: ["c1", "c2", "k", "s", "p", "d", "g", "inference_mode", "use_se", "num_conv_branches"],
    plan: planScaled,
    build: (scope, x, a) => {
      const c2 = a.int("c2");
      const branches = a.int("num_conv_branches", 1);
      if (branches < 1) throw a.error("num_conv_branches", "an integer from 1 on");
      const y = mobileOne(scope, x, c2, {
        k: a.int("k"),
        s: a.int("s", 1),
        p: a.int("p", 0),
        d: a.int("d", 1),
        g: a.int("g", 1),
        deploy: a.bool("inference_mode", false),
        branches,
      });
      const se = scope.child("se");
      const gated = a.bool("use_se", false) ? squeezeExcite(se, y, Math.trunc(c2 * 0.0625), ["reduce", "expand"]) : y;
      return applyActivation(scope.child("activation"), gated, RELU);
    },
  }),
});
