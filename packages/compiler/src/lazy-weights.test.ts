import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { bytesSource, elementCount, type LazyTensor } from "@yolo-compile/core";
import { encodeModel } from "@yolo-compile/onnx";
import { fixturePath } from "@yolo-compile/testkit";
import { openCheckpoint } from "@yolo-compile/weights";
import { compileGraphs } from "./index.js";

// A network's kernels are nearly all of its bytes: compiling one of gigabytes reads each of them once, when it is written, or
// once for each part of it. Small constants are read to find equal ones, halves of kernels among them.
const LARGE_ELEMENTS = 2048;

test.each(["none", "fuse", "full"] as const)("passes %s read no kernel; writing reads each once a part", (passes) => {
  const reads = new Map<string, number>();
  const count = (name: string, tensor: LazyTensor): LazyTensor => {
    const counted = (): void => void reads.set(name, (reads.get(name) ?? 0) + 1);
    return {
      ...tensor,
      read: () => {
        counted();
        return tensor.read();
      },
      ...(tensor.pieces && {
        pieces: () => {
          counted();
          return tensor.pieces!();
        },
      }),
    };
  };
  const opened = openCheckpoint(bytesSource("shapes.pt", readFileSync(fixturePath("shapes/shapes.pt"))));
  const tensors = new Map([...opened.tensors].map(([name, tensor]) => [name, count(name, tensor)]));
  const { optimized } = compileGraphs({ checkpoint: { ...opened, tensors }, size: [64, 64], batch: 1, passes });
  const kernels = [...opened.tensors].flatMap(([name, { shape }]) =>
    elementCount(shape) > LARGE_ELEMENTS ? [name] : [],
  );
  expect(kernels.filter((name) => reads.has(name))).toEqual([]);
  for (const _ of encodeModel(optimized, { opset: 17 }).chunks());
  const parts = (name: string): number =>
    optimized.nodes.filter(({ op, origin }) => op === "Conv" && `${origin.path}.weight` === name).length;
  expect(kernels.filter((name) => reads.get(name) !== parts(name))).toEqual([]);
  expect(kernels.length).toBeGreaterThan(20);
});
