import { describe, expect, test } from "@jest/globals";
import type { OutputLayout, Tensor } from "@yolo-compile/core";
import { joinParts, splitRows } from "./output-parts.js";
import { randomOutput } from "./testing/computed.js";

const ROWS: OutputLayout = {
  output: "output0",
  axis: 2,
  parts: [
    { name: "center", kind: "pixels", count: 2 },
    { name: "size", kind: "pixels", count: 2 },
    { name: "objectness", kind: "probability", count: 1 },
    { name: "classes", kind: "probability", count: 2 },
    { name: "masks", kind: "coefficient", count: 1 },
  ],
};

const f32 = (shape: readonly number[], values: readonly number[]): Tensor => ({
  dtype: "f32",
  shape,
  data: Float32Array.from(values),
});

describe("splitRows", () => {
  const rows = { tensor: f32([1, 1, 8], [50, 40, 20, 10, 0.5, 0.5, 0.25, 4]), layout: ROWS };

  test("gives corners, and scores and coefficients times the objectness", () => {
    const { boxes, scores, coefficients } = splitRows(rows, "xyxy");
    expect([...boxes.data]).toEqual([40, 35, 60, 45]);
    expect([...scores.data]).toEqual([0.25, 0.125]);
    expect([...coefficients.data]).toEqual([2]);
  });

  test("gives centre and size of either form of box", () => {
    expect([...splitRows(rows, "xywh").boxes.data]).toEqual([50, 40, 20, 10]);
    const corners: OutputLayout = {
      output: "output0",
      axis: 2,
      parts: [{ name: "corners", kind: "pixels", count: 4 }, ...ROWS.parts.slice(3)],
    };
    const cornered = { tensor: f32([1, 1, 7], [40, 35, 60, 45, 0.5, 0.25, 4]), layout: corners };
    expect([...splitRows(cornered, "xywh").boxes.data]).toEqual([50, 40, 20, 10]);
    expect([...splitRows(cornered, "xyxy").boxes.data]).toEqual([40, 35, 60, 45]);
    expect([...splitRows(cornered, "xyxy").scores.data]).toEqual([0.5, 0.25]);
  });

  test("reads columns as it reads rows", () => {
    const tensor = randomOutput([2, 5, 8], 1);
    const turned = f32([2, 8, 5], []);
    const data = new Float32Array(80);
    for (let picture = 0; picture < 2; picture++)
      for (let row = 0; row < 5; row++)
        for (let column = 0; column < 8; column++)
          data[picture * 40 + column * 5 + row] = tensor.data[picture * 40 + row * 8 + column] as number;
    const columns = { tensor: { ...turned, data }, layout: { ...ROWS, axis: 1 } };
    expect(splitRows(columns, "xyxy")).toEqual(splitRows({ tensor, layout: ROWS }, "xyxy"));
  });
});

describe("joinParts", () => {
  const parts = (name: string, list: OutputLayout["parts"]): OutputLayout => ({ output: name, axis: 2, parts: list });
  const boxes = parts("boxes", [{ name: "corners", kind: "pixels", count: 4 }]);
  const scores = parts("scores", [{ name: "classes", kind: "probability", count: 1 }]);
  const protos: OutputLayout = { output: "p", axis: 1, parts: [{ name: "prototypes", kind: "coefficient", count: 1 }] };

  test("puts boxes and scores side by side, whatever their order, and leaves the rest", () => {
    const rest = { tensor: f32([1, 1, 1, 1], [7]), layout: protos };
    const joined = joinParts([
      { tensor: f32([1, 2, 1], [0.5, 0.25]), layout: scores },
      rest,
      { tensor: f32([1, 2, 4], [1, 2, 3, 4, 5, 6, 7, 8]), layout: boxes },
    ]);
    expect(joined).toHaveLength(2);
    expect(joined[1]).toBe(rest);
    expect([...joined[0]!.tensor.data]).toEqual([0.5, 1, 2, 3, 4, 0.25, 5, 6, 7, 8]);
    expect(joined[0]!.layout.parts.map(({ name }) => name)).toEqual(["classes", "corners"]);
  });

  test("leaves outputs that hold everything already", () => {
    const outputs = [{ tensor: randomOutput([1, 2, 8], 1), layout: ROWS }];
    expect(joinParts(outputs)).toBe(outputs);
  });

  test("refuses parts of other lengths", () => {
    const outputs = [
      { tensor: f32([1, 2, 4], [1, 2, 3, 4, 5, 6, 7, 8]), layout: boxes },
      { tensor: f32([1, 1, 1], [1]), layout: scores },
    ];
    expect(() => joinParts(outputs)).toThrow(/detect\/output.*\[1,2,…\]/);
  });
});
