import { expect, test } from "@jest/globals";
import { type ByteSource, bytesSource, tensorOf } from "@yolo-compile/core";
import type { ValueInfo } from "@yolo-compile/runtime";
import { WRITABLE_FORMATS } from "@yolo-compile/weights";
import { npyFileName, npyFolderInput, npyInput, readNpyFile } from "./npy-files.js";

/** The bytes that numpy.save writes for an array of `count` numbers. */
function npyBytes(descr: string, shape: readonly number[], data: ArrayBufferView): Uint8Array {
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.map((size) => `${size},`).join(" ")}), }`;
  const header = `${dict.padEnd(127 - 10)}\n`;
  const start = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0);
  const parts = [start, new TextEncoder().encode(header), new Uint8Array(data.buffer)];
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const count = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const floatsFile = (name: string, ...shape: number[]): ByteSource =>
  bytesSource(
    name,
    npyBytes(
      "<f4",
      shape,
      Float32Array.from({ length: count(shape) }, (_, index) => index),
    ),
  );
const images: ValueInfo = { name: "images", dtype: "f32", shape: ["batch", 3, "height", 2] };
const scale: ValueInfo = { name: "scale/x", dtype: "f32", shape: ["batch"] };

test("a file is the input of a model that has one", () => {
  const { name, tensors } = npyInput([images], floatsFile("in/bus.npy", 1, 3, 1, 2));
  expect(name).toBe("in/bus.npy");
  expect(tensors).toEqual(new Map([["images", tensorOf("f32", [1, 3, 1, 2], [0, 1, 2, 3, 4, 5])]]));
});

test("a folder has a file for each input", () => {
  const files = new Map([
    ["images.npy", floatsFile("images.npy", 2, 3, 4, 2)],
    ["scale_x.npy", floatsFile("scale_x.npy", 2)],
  ]);
  const { name, tensors } = npyFolderInput([images, scale], "golden", (file) => files.get(file));
  expect(name).toBe("golden");
  expect([...tensors].map(([input, { shape }]) => [input, shape])).toEqual([
    ["images", [2, 3, 4, 2]],
    ["scale/x", [2]],
  ]);
  expect(npyFileName(scale)).toBe("scale_x.npy");
});

test("files that a folder lacks are named", () => {
  expect(() => npyFolderInput([images, scale], "golden", () => undefined)).toThrow(
    "verify/npy: golden lacks images.npy, scale_x.npy - one file an input",
  );
});

test("one file for several inputs is an error that says which files are needed", () => {
  expect(() => npyInput([images, scale], floatsFile("a.npy", 1))).toThrow(
    "verify/npy: a.npy is one array, the model has 2 inputs - give a folder with images.npy, scale_x.npy",
  );
});

test("an array of another shape or rank is an error", () => {
  expect(() => npyInput([images], floatsFile("a.npy", 1, 4, 1, 2))).toThrow(
    "verify/npy: a.npy is f32[1,4,1,2], input images is f32[1,3,height,2]",
  );
  expect(() => npyInput([images], floatsFile("a.npy", 3, 1, 2))).toThrow(
    "a.npy is f32[3,1,2], input images is f32[batch,3,height,2]",
  );
});

test("axes of one name must have one size in all files", () => {
  const files = new Map([
    ["images.npy", floatsFile("images.npy", 2, 3, 4, 2)],
    ["scale_x.npy", floatsFile("scale_x.npy", 3)],
  ]);
  expect(() => npyFolderInput([images, scale], "golden", (file) => files.get(file))).toThrow(
    "verify/npy: scale_x.npy is f32[3], input scale/x is f32[2]",
  );
});

test("numpy's usual float64 is an error that says how to cast", () => {
  const doubles = bytesSource("a.npy", npyBytes("<f8", [1, 3, 1, 2], new Float64Array(6)));
  expect(() => npyInput([images], doubles)).toThrow(
    'a.npy is f64[1,3,1,2], input images is f32[batch,3,height,2] - save array.astype("float32")',
  );
});

test("a file of another format is an error", () => {
  const weight = tensorOf("f32", [1], [1]);
  const { chunks } = WRITABLE_FORMATS.get(".npz")!.writing.write({
    tensors: new Map([["w", { ...weight, read: () => weight }]]),
  });
  const bytes = Uint8Array.from([...chunks()].flatMap((chunk) => [...chunk]));
  expect(() => readNpyFile(bytesSource("w.npz", bytes))).toThrow("verify/npy: w.npz is npz, expected a .npy file");
});
