import { integers, scalar, type Value } from "@yolo-compile/ir";
import { Arguments } from "./arguments.js";
import { unknownActivation } from "./diagnostics.js";
import type { PyCall } from "./python.js";
import type { Scope } from "./trace.js";

interface Activation {
  readonly signature: readonly string[];
  /** Emits the function on `x`; `scope` is that of the activation module. */
  readonly build: (scope: Scope, x: Value, args: Arguments) => Value;
}

const unary = (op: string): Activation => ({ signature: ["inplace"], build: (scope, x) => scope.op(op, [x]) });

/** x * f(x) */
const gated = (op: string, attributes = {}): Activation => ({
  signature: ["inplace"],
  build: (scope, x) => scope.op("Mul", [x, scope.op(op, [x], attributes)]),
});

const clipped = (low: number, high: number): Activation => ({
  signature: ["inplace"],
  build: (scope, x) => scope.op("Clip", [x, scalar(low, "min"), scalar(high, "max")]),
});

const alpha = (op: string, fallback: number): Activation => ({
  signature: ["alpha", "inplace"],
  build: (scope, x, args) => scope.op(op, [x], { alpha: args.number(0, fallback) }),
});

/** PReLU: one trained slope, or one a channel. */
const prelu: Activation = {
  signature: ["num_parameters", "init"],
  build: (scope, x, args) => {
    const count = args.int(0, 1);
    const slope = scope.parameter("weight", [count]);
    const spatial = x.type.shape.slice(2).map((_, axis) => axis + 1);
    return scope.op("PRelu", [x, count === 1 ? slope : scope.op("Unsqueeze", [slope, integers(spatial, "axes")])]);
  },
};

/** torch.nn activations by class name. A new one is one line. */
const ACTIVATIONS: ReadonlyMap<string, Activation> = new Map([
  ["SiLU", gated("Sigmoid")],
  ["Hardswish", gated("HardSigmoid", { alpha: 1 / 6, beta: 0.5 })],
  [
    "Mish",
    {
      signature: ["inplace"],
      build: (scope, x) => scope.op("Mul", [x, scope.op("Tanh", [scope.op("Softplus", [x])])]),
    },
  ],
  ["ReLU", unary("Relu")],
  ["ReLU6", clipped(0, 6)],
  ["Hardtanh", clipped(-1, 1)],
  ["LeakyReLU", alpha("LeakyRelu", 0.01)],
  ["ELU", alpha("Elu", 1)],
  ["CELU", alpha("Celu", 1)],
  ["SELU", unary("Selu")],
  ["Sigmoid", unary("Sigmoid")],
  ["Tanh", unary("Tanh")],
  ["Softplus", unary("Softplus")],
  ["Softsign", unary("Softsign")],
  [
    "Hardsigmoid",
    { signature: ["inplace"], build: (scope, x) => scope.op("HardSigmoid", [x], { alpha: 1 / 6, beta: 0.5 }) },
  ],
  ["GELU", { signature: ["approximate"], build: (scope, x, args) => gelu(scope, x, args.text(0, "none")) }],
  ["PReLU", prelu],
  ["Identity", { signature: ["inplace"], build: (_, x) => x }],
]);

/** x/2 * (1 + erf(x/√2)), or its tanh approximation. */
function gelu(scope: Scope, x: Value, approximate: string): Value {
  const inner =
    approximate === "tanh"
      ? scope.op("Tanh", [scope.op("Mul", [scope.op("Add", [x, cubic(scope, x)]), scalar(Math.sqrt(2 / Math.PI))])])
      : scope.op("Erf", [scope.op("Mul", [x, scalar(Math.SQRT1_2)])]);
  return scope.op("Mul", [scope.op("Mul", [x, scalar(0.5)]), scope.op("Add", [inner, scalar(1)])]);
}

const cubic = (scope: Scope, x: Value): Value =>
  scope.op("Mul", [scope.op("Mul", [x, scope.op("Mul", [x, x])]), scalar(0.044715)]);

/** Names in torch.nn of the activations that can be emitted, without `nn.`. */
export const activationNames = (): string[] => [...ACTIVATIONS.keys()];

/** Whether `call` names an activation of torch.nn. */
export const isActivation = (call: PyCall): boolean => ACTIVATIONS.has(call.call.replace(/^nn\./, ""));

/** Emits the activation module `call` in its own scope. @throws yolov5/activation */
export function applyActivation(scope: Scope, x: Value, call: PyCall): Value {
  const name = call.call.replace(/^nn\./, "");
  const found = ACTIVATIONS.get(name);
  if (!found)
    throw unknownActivation(
      call.call,
      activationNames().map((known) => `nn.${known}`),
      scope.path,
    );
  const values = [...call.args];
  for (const [keyword, value] of call.keywords) {
    const at = found.signature.indexOf(keyword === "negative_slope" ? "alpha" : keyword);
    if (at >= 0) values[at] = value;
  }
  return found.build(
    scope,
    x,
    new Arguments(
      call.call,
      found.signature,
      Array.from(values, (value) => value ?? null),
      scope.path,
    ),
  );
}

/**
 * The `act` of a YOLOv5 Conv: True is the model's default (one module that all Convs share), False is Identity, a call is a
 * module of its own.
 */
export function activate(scope: Scope, x: Value, act: boolean | PyCall): Value {
  if (act === false) return applyActivation(scope.child("act"), x, IDENTITY);
  if (act !== true) return applyActivation(scope.child("act"), x, act);
  return applyActivation(scope.sharedChild("act", "default_act"), x, scope.trace.activation);
}

const IDENTITY: PyCall = { call: "nn.Identity", args: [], keywords: new Map() };
