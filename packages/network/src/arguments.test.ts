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
