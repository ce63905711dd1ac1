import { type OpName, scalar, type Value } from "@yolo-compile/ir";
import { Arguments } from "./arguments.js";
import { defineModule, type ModuleDefinition, planUnchanged } from "./definition.js";
import { unknownActivation, unknownKeyword } from "./diagnostics.js";
import { elementsOf } from "./nn.js";
import { bareCall, type PyCall, type PyValue } from "./python.js";
import type { Scope } from "./trace.js";

interface Activation {
  readonly signature: readonly string[];
  /** Emits the function on `x`; `scope` is that of the activation module. */
  readonly build: (scope: Scope, x: Value, args: Arguments) => Value;
}

const activation = <const Name extends string>(
  signature: readonly Name[],
  build: (scope: Scope, x: Value, args: Arguments<Name>) => Value,
): Activation => ({ signature, build });

const unary = (op: OpName): Activation => activation(["inplace"], (scope, x) => scope.op(op, [x]));

/** x * f(x) */
const gated = (f: (scope: Scope, x: Value) => Value): Activation =>
  activation(["inplace"], (scope, x) => scope.op("Mul", [x, f(scope, x)]));

const clip = (scope: Scope, x: Value, low: number, high: number): Value =>
  scope.op("Clip", [x, scalar(low, "min"), scalar(high, "max")]);

/** An activation whose one parameter is ONNX's `alpha`, under torch's name. */
const sloped = (op: "LeakyRelu" | "Elu" | "Celu", parameter: string, fallback: number): Activation =>
  activation([parameter, "inplace"], (scope, x, args) =>
    scope.op(op, [x], { alpha: args.number(parameter, fallback) }),
  );

const hardSigmoid = (scope: Scope, x: Value): Value => scope.op("HardSigmoid", [x], { alpha: 1 / 6, beta: 0.5 });

/** PReLU: one trained slope, or one a channel. */
const prelu = activation(["num_parameters", "init"], (scope, x, args) => {
  const count = args.int("num_parameters", 1);
  const slope = scope.parameter("weight", [count]);
  scope.macs(elementsOf(x));
  const spatial = x.type.shape.slice(2).map((_, axis) => axis + 1);
  return scope.op("PRelu", [x, count === 1 ? slope : scope.op("Unsqueeze", [slope], { axes: spatial })]);
});

/** torch.nn activations by class name. A new one is one line. */
const ACTIVATIONS: ReadonlyMap<string, Activation> = new Map([
  ["SiLU", gated((scope, x) => scope.op("Sigmoid", [x]))],
  ["Hardswish", gated(hardSigmoid)],
  ["Mish", gated((scope, x) => scope.op("Tanh", [scope.op("Softplus", [x])]))],
  ["ReLU", unary("Relu")],
  ["ReLU6", activation(["inplace"], (scope, x) => clip(scope, x, 0, 6))],
  [
    "Hardtanh",
    activation(["min_val", "max_val", "inplace"], (scope, x, args) =>
      clip(scope, x, args.number("min_val", -1), args.number("max_val", 1)),
    ),
  ],
  ["LeakyReLU", sloped("LeakyRelu", "negative_slope", 0.01)],
  ["ELU", sloped("Elu", "alpha", 1)],
  ["CELU", sloped("Celu", "alpha", 1)],
  ["SELU", unary("Selu")],
  ["Sigmoid", unary("Sigmoid")],
  ["Tanh", unary("Tanh")],
  ["Softplus", activation([], (scope, x) => scope.op("Softplus", [x]))],
  ["Softsign", unary("Softsign")],
  ["Hardsigmoid", activation(["inplace"], hardSigmoid)],
  ["GELU", activation(["approximate"], (scope, x, args) => gelu(scope, x, args.text("approximate", "none")))],
  ["PReLU", prelu],
  ["Identity", activation(["inplace"], (_, x) => x)],
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

/** Activations that the YOLO families' initialize_weights makes work in place, whatever their arguments are. */
const ALWAYS_IN_PLACE = ["SiLU", "Hardswish", "ReLU", "ReLU6", "LeakyReLU"];

/** The activations as rows of a yaml: `nn.SiLU`, … */
export const activationDefinitions = (): (readonly [string, ModuleDefinition])[] =>
  [...ACTIVATIONS].map(([name, { signature, build }]) => {
    const inPlace = (args: Arguments): boolean => ALWAYS_IN_PLACE.includes(name) || args.value("inplace") === true;
    const type = `torch.nn.modules.activation.${name}`;
    return [`nn.${name}`, defineModule({ type, signature, inPlace, plan: planUnchanged, build })];
  });

/** Emits the activation module `call` in its own scope. @throws network/activation, network/argument */
export function applyActivation(scope: Scope, x: Value, { call, args, keywords }: PyCall): Value {
  const found = ACTIVATIONS.get(call.replace(/^nn\./, ""));
  if (!found)
    throw unknownActivation(
      call,
      [...ACTIVATIONS.keys()].map((known) => `nn.${known}`),
      scope.path,
    );
  const values: (PyValue | undefined)[] = [...args];
  for (const [keyword, value] of keywords) {
    const at = found.signature.indexOf(keyword);
    if (at < 0) throw unknownKeyword(call, keyword, found.signature, scope.path);
    values[at] = value;
  }
  return found.build(scope, x, new Arguments(call, found.signature, Array.from(values), scope.path));
}

/**
 * The `act` of a Conv: True is the model's default (one module that all Convs share), False is Identity, a call is a
 * module of its own.
 */
export function activate(scope: Scope, x: Value, act: boolean | PyCall): Value {
  if (act === false || (act === true && isLeftOut(scope))) return applyActivation(scope.child("act"), x, IDENTITY);
  // parse_model makes one module of an argument, however many Convs it is given to
  if (act !== true) return applyActivation(scope.sharedChild("act", act), x, act);
  return applyActivation(scope.sharedChild("act", "default_act"), x, scope.trace.activation);
}

/** Some versions of a package leave out what a row has in others, which only the pickled module tells. */
const isLeftOut = ({ trace, path }: Scope): boolean => trace.options.weights?.isIdentity?.(`${path}.act`) ?? false;

const IDENTITY = bareCall("nn.Identity");
