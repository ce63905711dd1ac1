import { expect, test } from "@jest/globals";
import { Trace } from "./trace.js";

// What must not compile is marked: check-types fails where it does.

test("a module emits ops that exist, with attributes that they have", () => {
  const trace = new Trace({ name: "t", imageShape: [1, 3, 8, 8] });
  const scope = trace.root("model.0");
  // @ts-expect-error
  expect(() => scope.op("Rleu", [trace.image])).toThrow("ir/op");
  // @ts-expect-error
  expect(() => scope.op("Softmax", [trace.image], { dim: 1 })).toThrow("Softmax.dim");
  // @ts-expect-error
  expect(() => scope.ops("Concat", [trace.image], {})).toThrow("Concat.axis");
  expect(scope.op("Softmax", [trace.image], { axis: 1 }).type.shape).toEqual([1, 3, 8, 8]);
});
