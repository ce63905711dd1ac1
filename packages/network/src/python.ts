import type { PyFloat } from "@yolo-compile/weights";

/** A call such as `nn.LeakyReLU(0.1)`: data here, never run. */
export interface PyCall {
  readonly call: string;
  readonly args: readonly PyValue[];
  readonly keywords: ReadonlyMap<string, PyValue>;
}

/** A call without arguments: `nn.SiLU()`. */
export const bareCall = (call: string): PyCall => ({ call, args: [], keywords: new Map() });

/** The Python values that a yaml can express. A JavaScript number is an int. */
export type PyValue = null | boolean | number | string | PyFloat | PyCall | readonly PyValue[] | PyDict;

/** A dict whose keys are texts, in order. */
export type PyDict = ReadonlyMap<string, PyValue>;

/** Whether the value is a Python float; a JavaScript number is an int. */
export const isFloat = (value: PyValue): value is PyFloat =>
  typeof value === "object" && value !== null && "pyFloat" in value;

/** Whether the value is a call that was not run. */
export const isCall = (value: PyValue): value is PyCall =>
  typeof value === "object" && value !== null && "call" in value;

/** Whether the value is a list. */
export const isList = (value: PyValue): value is readonly PyValue[] => Array.isArray(value);

/** Whether the value is a dict. */
export const isDict = (value: PyValue): value is PyDict => value instanceof Map;

/** An int or a float as a number. */
export const asNumber = (value: PyValue | undefined): number | undefined =>
  typeof value === "number" ? value : value !== undefined && isFloat(value) ? value.pyFloat : undefined;

/** `repr(value)`, as parse_model prints arguments: `[None, 2, 'nearest']`. */
export function repr(value: PyValue): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return reprString(value);
  if (isFloat(value)) return reprFloat(value.pyFloat);
  if (isList(value)) return `[${value.map(repr).join(", ")}]`;
  if (isCall(value)) return reprCall(value);
  return `{${[...value].map(([key, item]) => `${repr(key)}: ${repr(item)}`).join(", ")}}`;
}

function reprString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  return quote + text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll(quote, `\\${quote}`) + quote;
}

/** Python's shortest repr: `1.0`, `1e-05`, `1e+16`. */
function reprFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    const [digits, exponent] = value.toExponential().split("e") as [string, string];
    return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
  }
  const text = String(value);
  return text.includes(".") ? text : `${text}.0`;
}

/** The repr of the PyTorch module that this call would build: its parameters by name, defaults included. */
function reprCall({ call, args, keywords }: PyCall): string {
  const name = call.replace(/^.*\./, "");
  const parameters = PARAMETERS.get(name);
  const named = parameters
    ? parameters.map(([key, fallback], index) => [key, keywords.get(key) ?? args[index] ?? fallback] as const)
    : keywords;
  const printed = [...named].filter(([, value]) => value !== false).map(([key, value]) => `${key}=${repr(value)}`);
  return `${name}(${[...(parameters ? [] : args.map(repr)), ...printed].join(", ")})`;
}

type Parameter = readonly [name: string, fallback: PyValue];

const INPLACE: Parameter = ["inplace", false];
const float = (name: string, pyFloat: number): Parameter => [name, { pyFloat }];

/** Parameters that torch.nn's activations print, in order, with their defaults; a False is left out. */
const PARAMETERS: ReadonlyMap<string, readonly Parameter[]> = new Map([
  ["SiLU", [INPLACE]],
  ["Mish", [INPLACE]],
  ["ReLU", [INPLACE]],
  ["ReLU6", [INPLACE]],
  ["SELU", [INPLACE]],
  ["LeakyReLU", [float("negative_slope", 0.01), INPLACE]],
  ["ELU", [float("alpha", 1), INPLACE]],
  ["CELU", [float("alpha", 1), INPLACE]],
  ["Hardtanh", [float("min_val", -1), float("max_val", 1), INPLACE]],
  ["Softplus", [float("beta", 1), float("threshold", 20)]],
  ["GELU", [["approximate", "none"]]],
  ["PReLU", [["num_parameters", 1]]],
]);
