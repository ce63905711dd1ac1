import type { Case } from "./one-node.js";

/** `y = op(x)` for a vector of `dtype`. */
const unary = (op: string, x: string, gives: string, attributes = "", dtype = "f32"): Case => {
  const count = x.split(",").length;
  return {
    node: `%x = ${dtype}[${count}] {${x}}\n%y = ${op}(%x)${attributes}`,
    gives: `${dtype}[${count}] {${gives}}`,
  };
};

/** `y = op(a, b)`; the operands and the result with their types. */
const binary = (op: string, a: string, b: string, gives: string): Case => ({
  node: `%a = ${a}\n%b = ${b}\n%y = ${op}(%a, %b)`,
  gives,
});

const clip = (x: string, low: string, high: string, gives: string): Case => ({
  node: `%x = ${x}\n%l = ${low}\n%h = ${high}\n%y = Clip(%x, %l, %h)`,
  gives,
});

const cast = (x: string, to: string, gives: string): Case => ({
  node: `%x = ${x}\n%y = Cast(%x) {to=${to}}`,
  gives: gives.startsWith("ir/") ? gives : `${to}${gives}`,
});

export const ELEMENTWISE_FOLDS: readonly Case[] = [
  unary("Abs", "-1.5, 2, -0.0", "1.5, 2, 0"),
  unary("Abs", "-9007199254740993, 3", "9007199254740993, 3", "", "i64"),
  unary("Exp", "0, 1, -1000", "1, 2.7182817, 0"),
  unary("Log", "1, 0, 2.7182817", "0, -inf, 0.99999994"),
  unary("Neg", "1, -0.0, inf", "-1, 0, -inf"),
  unary("Neg", "9223372036854775807, -1", "-9223372036854775807, 1", "", "i64"),
  unary("Neg", "1, -128", "-1, -128", "", "i8"),
  unary("Reciprocal", "2, -0.0", "0.5, -inf"),
  unary("Relu", "-1, 2, -0.0", "0, 2, 0"),
  unary("Relu", "-1, 2", "0, 2", "", "i32"),
  unary("Sigmoid", "0, 1, 100", "0.5, 0.7310586, 1"),
  // 200 / (1 + exp(-0)) and beyond: exp(-x) overflows to inf, and the result is 0, not nan.
  unary("Sigmoid", "-1000, 1000", "0, 1"),
  unary("Cos", "0, 1, -2", "1, 0.5403023, -0.41614684"),
  unary("Sin", "0, 1, -2", "0, 0.84147096, -0.9092974"),
  unary("Softplus", "0, 1000, -1000", "0.6931472, 1000, 0"),
  unary("Softsign", "-3, 1", "-0.75, 0.5"),
  unary("Sqrt", "4, 2, -1", "2, 1.4142135, nan"),
  unary("Tanh", "0, 1", "0, 0.7615942"),
  unary("HardSwish", "-4, 3, 1, -1", "-0.0, 3, 0.6666667, -0.33333334"),
  unary("Mish", "0, 1, 1000", "0, 0.8650984, 1000"),
  unary("HardSigmoid", "-3, 0, 1, 3", "0, 0.5, 0.7, 1"),
  unary("HardSigmoid", "1, -1", "0.75, 0", " {alpha=0.5, beta=0.25}"),
  unary("LeakyRelu", "-100, 2", "-1, 2"),
  unary("LeakyRelu", "-1, 2", "-0.5, 2", " {alpha=0.5}"),
  unary("Elu", "-1, 2", "-0.63212055, 2"),
  unary("Elu", "-1, 2", "-1.2642411, 2", " {alpha=2}"),
  unary("Selu", "-1, 1", "-1.1113307, 1.050701"),
  unary("Celu", "-2, 1", "-1.2642411, 1", " {alpha=2}"),
  unary("Identity", "-9007199254740993, 3", "-9007199254740993, 3", "", "i64"),
  unary("Sqrt", "4, 2", "2, 1.414", "", "f16"),
  {
    node: "%x = i64[1] {-4}\n%y = Sqrt(%x)",
    gives: "ir/type: inf and nan have no i64",
  },

  binary("Add", "f32[2,1] {1, 2}", "f32[3] {10, 20, 30}", "f32[2,3] {11, 21, 31, 12, 22, 32}"),
  binary("Add", "f32[2] {16777216, 0.1}", "f32[2] {1, 0.2}", "f32[2] {16777216, 0.3}"),
  // Halfway cases: 2049 goes to 2048, 2051 to 2052.
  binary("Add", "f16[2] {2048, 2050}", "f16[2] {1, 1}", "f16[2] {2048, 2052}"),
  binary("Add", "i32[2] {2147483647, 1}", "i32[1] {1}", "i32[2] {-2147483648, 2}"),
  binary("Add", "u8[2] {250, 1}", "u8[2] {10, 2}", "u8[2] {4, 3}"),
  binary("Add", "f32[0] {}", "f32[1] {1}", "f32[0] {}"),
  binary("Sub", "i64[2] {9007199254740993, 1}", "i64[2] {1, 2}", "i64[2] {9007199254740992, -1}"),
  binary("Sub", "f32[] {5}", "f32[2] {1, 2}", "f32[2] {4, 3}"),
  binary("Mul", "f32[2] {3, inf}", "f32[2] {-2, 0}", "f32[2] {-6, nan}"),
  binary("Mul", "i64[2] {4611686018427387904, 2}", "i64[2] {3, 5}", "i64[2] {-4611686018427387904, 10}"),
  binary("Mul", "i32[2] {1073741824, 65537}", "i32[2] {7, 65537}", "i32[2] {-1073741824, 131073}"),
  binary("Div", "f32[3] {1, -1, 0}", "f32[1] {0}", "f32[3] {inf, -inf, nan}"),
  binary("Div", "i64[3] {-7, 7, -7}", "i64[3] {2, -2, -2}", "i64[3] {-3, -3, 3}"),
  binary("Div", "i32[1] {1}", "i32[1] {0}", "ir/type: an integer is divided by 0"),
  binary("Pow", "f32[3] {2, 4, -8}", "f32[3] {10, 0.5, 3}", "f32[3] {1024, 2, -512}"),
  binary("Pow", "i64[3] {-2, 2, 3}", "i64[3] {3, -1, 2}", "i64[3] {-8, 0, 9}"),
  binary("Pow", "i64[1] {0}", "i64[1] {-1}", "ir/type: inf and nan have no i64"),
  binary("PRelu", "f32[2,2] {-1, 2, -3, 4}", "f32[2,1] {0.5, 0.25}", "f32[2,2] {-0.5, 2, -0.75, 4}"),

  clip("f32[4] {-5, 0.5, 5, nan}", "f32[] {-1}", "f32[] {1}", "f32[4] {-1, 0.5, 1, nan}"),
  clip("f32[3] {0, 2, 9}", "f32[] {3}", "f32[] {1}", "f32[3] splat 1"),
  clip(
    "i64[2] {9223372036854775807, -9}",
    "i64[] {0}",
    "i64[] {9223372036854775806}",
    "i64[2] {9223372036854775806, 0}",
  ),
  clip("f16[2] {0.1, 7}", "f16[] {0}", "f16[] {6}", "f16[2] {0.1, 6}"),
  { node: "%x = f32[2] {-5, 5}\n%h = f32[] {1}\n%y = Clip(%x, _, %h)", gives: "f32[2] {-5, 1}" },
  { node: "%x = f32[2] {-5, 5}\n%h = f32[] {1}\n%y = Clip(%x, %h, _)", gives: "f32[2] {1, 5}" },
  { node: "%x = f32[2] {-5, 5}\n%y = Clip(%x)", gives: "f32[2] {-5, 5}" },

  cast("f32[4] {1.9, -1.9, 300.5, -0.0}", "i64", "[4] {1, -1, 300, 0}"),
  cast("i64[3] {9223372036854775807, 4294967298, -1}", "i32", "[3] {-1, 2, -1}"),
  cast("i64[2] {300, -1}", "u8", "[2] {44, 255}"),
  cast("u64[1] {18446744073709551615}", "i64", "[1] {-1}"),
  cast("f32[3] {0, -0.0, 0.5}", "bool", "[3] {false, false, true}"),
  cast("i32[2] {0, -3}", "bool", "[2] {false, true}"),
  cast("bool[2] {true, false}", "f32", "[2] {1, 0}"),
  cast("bool[2] {true, false}", "i8", "[2] {1, 0}"),
  cast("f32[3] {2049, 70000, 1e-8}", "f16", "[3] {2048, inf, 0}"),
  cast("f16[2] {0.1, -inf}", "f32", "[2] {0.099975586, -inf}"),
  cast("f64[2] {0.1, 1e40}", "f32", "[2] {0.1, inf}"),
  cast("f32[1] {1.00390625}", "bf16", "[1] {1}"),
  cast("f32[1] {nan}", "i32", "ir/type: inf and nan have no i32"),
];
