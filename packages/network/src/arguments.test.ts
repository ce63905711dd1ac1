import { expect, test } from "@jest/globals";
import { Arguments } from "./arguments.js";
import { defineModule, planUnchanged } from "./definition.js";
import type { PyValue } from "./python.js";

const args = (...values: (PyValue | undefined)[]) => new Arguments("Conv", ["k", "s", "act"], values, "backbone[0]");

test("an argument that is left out, at the end or in a gap, has the default; None is a value", () => {
  expect(args(3).int("s", 2)).toBe(2);
  expect(args(undefined, 5).int("k", 1)).toBe(1);
  expect(() => args(null).int("k", 1)).toThrow("Conv: k is None, expected an integer");
  expect(args(null).has("k")).toBe(false);
});

test("an argument without a default must be given", () => {
  expect(() => args().pair("k")).toThrow("Conv: k is missing, expected a value");
});

test("one integer stands for both axes", () => {
  expect(args(3).pair("k")).toEqual([3, 3]);
  expect(args([3, 5]).pair("k")).toEqual([3, 5]);
  expect(() => args([3, 5, 7]).pair("k")).toThrow("k is [3, 5, 7], expected an integer or a pair of them");
});

test("a pair that may be missing is undefined for None", () => {
  expect([args().optionalPair("k"), args(null).optionalPair("k")]).toEqual([undefined, undefined]);
  expect([args(3).optionalPair("k"), args([3, 5]).optionalPair("k")]).toEqual([
    [3, 3],
    [3, 5],
  ]);
  expect(() => args([3, 5, 7]).optionalPair("k")).toThrow("k is [3, 5, 7], expected an integer or a pair of them");
});

test.each<[PyValue, (a: Arguments<"k" | "s" | "act">) => unknown, string]>([
  ["3", (a) => a.int("k"), "k is '3', expected an integer"],
  [1.5, (a) => a.int("k"), "k is 1.5, expected an integer"],
  [true, (a) => a.int("k"), "k is True, expected an integer"],
  ["x", (a) => a.number("k"), "k is 'x', expected a number"],
  [null, (a) => a.number("k", 2), "k is None, expected a number"],
  ["True", (a) => a.bool("k"), "k is 'True', expected True or False"],
  [null, (a) => a.bool("k", true), "k is None, expected True or False"],
  [1, (a) => a.text("k"), "k is 1, expected a text"],
  [3, (a) => a.ints("k"), "k is 3, expected a list of integers"],
  [[3, "x"], (a) => a.ints("k"), "k is [3, 'x'], expected a list of integers"],
  [[2 ** 20 + 1], (a) => a.ints("k"), "k is [1048577], expected a list of integers"],
  [["x", 1], (a) => a.pair("k"), "k is ['x', 1], expected a list of integers"],
  ["x", (a) => a.pair("k"), "k is 'x', expected an integer"],
  [[1], (a) => a.dict("k"), "k is [1], expected a mapping"],
])("%j is refused by a reader of another kind", (value, read, message) => {
  expect(() => read(args(value))).toThrow(`network/argument: Conv: ${message} (backbone[0])`);
});

test("readers give what is written", () => {
  const float: PyValue = { pyFloat: 2 };
  expect(args(float).int("k")).toBe(2);
  expect(args({ pyFloat: 0.5 }).number("k")).toBe(0.5);
  expect([args(0).bool("k"), args(1).bool("k"), args(false).bool("k", true), args().bool("k", true)]).toEqual([
    false,
    true,
    false,
    true,
  ]);
  expect([args("a").text("k"), args().text("k", "b")]).toEqual(["a", "b"]);
  expect([args([3, float]).ints("k"), args().ints("k", [5])]).toEqual([[3, 2], [5]]);
  expect(args(new Map([["a", 1]])).dict("k")).toEqual(new Map([["a", 1]]));
  expect(args(-(2 ** 20)).int("k")).toBe(-(2 ** 20));
});

test("what is no activation is none, as in YOLOv5's Conv", () => {
  expect(args(1, 1, null).activation("act")).toBe(false);
  expect(args(1, 1).activation("act")).toBe(true);
});

test("more arguments than the signature has are refused with its names", () => {
  expect(() => args(1, 2, true, 4)).toThrow("Conv is given 4 arguments, it takes 3: k, s, act");
});

test("an integer is within reach of a real network", () => {
  expect(() => args(2 ** 20 + 1).int("k")).toThrow("k is 1048577, expected an integer");
});

test("a name that is not in the signature does not compile", () => {
  const module = defineModule({
    type: "Own",
    signature: ["k"],
    plan: planUnchanged,
    build: (_, x, a) => {
      // @ts-expect-error `ks` is not in the signature
      a.int("ks", 1);
      return x;
    },
  });
  expect(module.signature).toEqual(["k"]);
});
