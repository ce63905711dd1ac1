import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { type Drawing, layOut, type Size } from "./lay-out.js";

const SPACING = { beside: 10, below: 12 };

const graphs = fc
  .array(fc.record({ width: fc.integer({ min: 10, max: 90 }), height: fc.integer({ min: 10, max: 30 }) }), {
    minLength: 1,
    maxLength: 24,
  })
  .chain((sizes) => {
    const node = fc.nat({ max: sizes.length - 1 });
    const forward = fc.tuple(node, node).map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]);
    return fc.tuple(fc.constant(sizes), fc.array(forward, { maxLength: 40 }));
  });

const inside = ({ width, height }: Drawing, x: number, y: number): boolean =>
  x >= 0 && x <= width && y >= 0 && y <= height;

test("boxes lie inside the frame and apart, edges run inside it from box to box", () => {
  fc.assert(
    fc.property(graphs, ([sizes, pairs]) => {
      const edges = pairs.filter(([from, to]) => from !== to);
      const drawing = layOut(sizes, edges, SPACING);
      expect(drawing.boxes).toHaveLength(sizes.length);
      for (const [index, { x, y }] of drawing.boxes.entries()) {
        const { width, height } = sizes[index]!;
        expect(inside(drawing, x - width / 2, y - height / 2) && inside(drawing, x + width / 2, y + height / 2)).toBe(
          true,
        );
      }
      expect(overlaps(drawing, sizes)).toEqual([]);
      for (const [index, [from, to]] of edges.entries()) {
        const points = drawing.edges[index]!;
        expect(points.every(({ x, y }) => inside(drawing, x, y))).toBe(true);
        expect([touches(drawing, sizes, from, points[0]!), touches(drawing, sizes, to, points.at(-1)!)]).toEqual([
          true,
          true,
        ]);
      }
    }),
    { numRuns: 60, seed: 5 },
  );
});

test("edges go down", () => {
  const { boxes } = layOut(
    new Array<Size>(3).fill({ width: 10, height: 10 }),
    [
      [0, 1],
      [1, 2],
      [0, 2],
    ],
    SPACING,
  );
  expect(boxes.map(({ y }) => y)).toEqual([...boxes.map(({ y }) => y)].sort((a, b) => a - b));
});

test("a ring and an edge to itself are drawn as well", () => {
  const { edges } = layOut(
    new Array<Size>(2).fill({ width: 10, height: 10 }),
    [
      [0, 1],
      [1, 0],
      [1, 1],
    ],
    SPACING,
  );
  expect(edges.every((points) => points.length > 1 && points.every(({ x, y }) => Number.isFinite(x + y)))).toBe(true);
});

function overlaps({ boxes }: Drawing, sizes: readonly Size[]): readonly (readonly [number, number])[] {
  return boxes.flatMap((one, i) =>
    boxes.flatMap((other, j) => {
      const apart =
        Math.abs(one.x - other.x) >= (sizes[i]!.width + sizes[j]!.width) / 2 - 0.01 ||
        Math.abs(one.y - other.y) >= (sizes[i]!.height + sizes[j]!.height) / 2 - 0.01;
      return i < j && !apart ? [[i, j] as const] : [];
    }),
  );
}

/** Whether a point lies on the rim of a box. */
function touches({ boxes }: Drawing, sizes: readonly Size[], index: number, point: { x: number; y: number }): boolean {
  const [{ x, y }, { width, height }] = [boxes[index]!, sizes[index]!];
  const [dx, dy] = [Math.abs(point.x - x) / (width / 2), Math.abs(point.y - y) / (height / 2)];
  return Math.abs(Math.max(dx, dy) - 1) < 0.01;
}
