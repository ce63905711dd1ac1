import { expect, test } from "@jest/globals";
import type { DType } from "@yolo-compile/core";
import { codeOf, errorOf, open, valuesOf } from "../testing/outcome.js";
import * as p from "../testing/pickle-writer.js";
import { type NewTensor, parameter, storageRef, tensor, torchFile } from "../testing/torch-file.js";

const floats = Float32Array.from({ length: 24 }, (_, index) => index);

const fileOf = (root: p.Code, storages: Record<string, ArrayBufferView> = { 0: floats }) =>
  torchFile({ root: p.dict(["w", root]), storages });
const openTensor = (view: NewTensor) =>
  open(fileOf(tensor({ storageCount: 24, ...view })))
    .tensors.get("w")!
    .read();
const read = (root: p.Code, storages?: Record<string, ArrayBufferView>) => {
  const { dtype, shape, data } = open(fileOf(root, storages)).tensors.get("w")!.read();
  return { dtype, shape, values: Array.from<number | bigint>(data) };
};

test.each<[string, DType, ArrayBufferView, (number | bigint)[]]>([
  ["FloatStorage", "f32", Float32Array.of(1, -2.5), [1, -2.5]],
  ["HalfStorage", "f16", Uint16Array.of(0x3c00, 0xfc00), [0x3c00, 0xfc00]],
  ["BFloat16Storage", "bf16", Uint16Array.of(0x3f80, 0x7fc0), [0x3f80, 0x7fc0]],
  ["DoubleStorage", "f64", Float64Array.of(1e300, -0), [1e300, -0]],
  ["LongStorage", "i64", BigInt64Array.of(-1n, 2n ** 62n), [-1n, 2n ** 62n]],
  ["IntStorage", "i32", Int32Array.of(-1, 2), [-1, 2]],
  ["ShortStorage", "i16", Int16Array.of(-1, 2), [-1, 2]],
  ["CharStorage", "i8", Int8Array.of(-1, 2), [-1, 2]],
  ["ByteStorage", "u8", Uint8Array.of(255, 2), [255, 2]],
  ["BoolStorage", "bool", Uint8Array.of(1, 0), [1, 0]],
])("%s is %s", (storage, dtype, data, values) => {
  expect(read(tensor({ shape: [2], storage }), { 0: data })).toEqual({ dtype, shape: [2], values });
});

test("an untyped storage takes the element type of its tensor", () => {
  const v3 = (dtype: string, bytes: number) =>
    p.reduce(
      p.global("torch._utils", "_rebuild_tensor_v3"),
      p.persistent(
        p.tuple(
          p.text("storage"),
          p.global("torch.storage", "UntypedStorage"),
          p.text("0"),
          p.text("cpu"),
          p.int(bytes),
        ),
      ),
      p.int(1),
      p.tuple(p.int(2)),
      p.tuple(p.int(1)),
      p.bool(false),
      p.orderedDict(),
      p.global("torch", dtype),
    );
  const storages = { 0: Uint16Array.of(9, 10, 11) };
  expect(read(v3("uint16", 6), storages)).toEqual({ dtype: "u16", shape: [2], values: [10, 11] });
  expect(codeOf(() => read(v3("complex64", 6), storages))).toBe("weights/dtype");
});

test.each<[string, NewTensor, number[]]>([
  ["a whole storage", { shape: [24] }, [...floats]],
  ["an offset", { shape: [2, 2], offset: 20 }, [20, 21, 22, 23]],
  ["a transposed matrix", { shape: [3, 2], strides: [1, 3] }, [0, 3, 1, 4, 2, 5]],
  ["channels last", { shape: [1, 2, 2, 2], strides: [8, 1, 4, 2] }, [0, 2, 4, 6, 1, 3, 5, 7]],
  ["every second element", { shape: [3], strides: [2], offset: 1 }, [1, 3, 5]],
  ["an expanded scalar", { shape: [2, 2], strides: [0, 0], offset: 7 }, [7, 7, 7, 7]],
  ["overlapping windows", { shape: [3, 2], strides: [1, 1] }, [0, 1, 1, 2, 2, 3]],
  ["strides of axes of size one", { shape: [1, 3, 1], strides: [999, 1, 77] }, [0, 1, 2]],
  ["a scalar", { shape: [], offset: 5 }, [5]],
  ["no elements", { shape: [0, 3] }, []],
  ["no elements, past the end", { shape: [3, 0], offset: 1000 }, []],
])("reads %s", (_, view, expected) => {
  const { shape, data } = openTensor(view);
  expect(shape).toEqual(view.shape);
  expect([...data]).toEqual(expected);
});

test("views of one storage see the same elements, whatever their element type", () => {
  const root = p.dict(
    ["a", tensor({ shape: [2], storageCount: 24 })],
    ["b", tensor({ shape: [2], offset: 1, storageCount: 24 })],
    ["bits", tensor({ shape: [2], storage: "IntStorage", offset: 1, storageCount: 24 })],
  );
  const checkpoint = open(torchFile({ root, storages: { 0: floats } }));
  expect(valuesOf(checkpoint, "a")).toEqual([0, 1]);
  expect(valuesOf(checkpoint, "b")).toEqual([1, 2]);
  expect(valuesOf(checkpoint, "bits")).toEqual([0x3f800000, 0x40000000]);
});

test("a parameter, a parameter with state and a tensor with attributes are the tensor inside", () => {
  const inner = tensor({ shape: [2], storageCount: 24, offset: 3 });
  const withState = p.reduce(
    p.global("torch._utils", "_rebuild_parameter_with_state"),
    inner,
    p.bool(true),
    p.orderedDict(),
    p.dict(),
  );
  const typed = p.reduce(
    p.global("torch._tensor", "_rebuild_from_type_v2"),
    p.global("torch._utils", "_rebuild_tensor_v2"),
    p.global("torch", "Tensor"),
    p.tuple(storageRef("FloatStorage", "0", 24), p.int(3), p.tuple(p.int(2)), p.tuple(p.int(1)), p.bool(false)),
    p.dict(["attribute", p.int(1)]),
  );
  const expected = { dtype: "f32", shape: [2], values: [3, 4] };
  for (const root of [parameter(inner), withState, typed, parameter(parameter(inner))])
    expect(read(root)).toEqual(expected);
  const deep = [1, 2, 3, 4, 5].reduce((code) => parameter(code), inner);
  expect(codeOf(() => read(deep))).toBe("weights/tensor");
});

test("a big-endian file gives the same numbers", () => {
  const big = new DataView(new ArrayBuffer(8));
  big.setFloat32(0, 1.5);
  big.setFloat32(4, -2);
  const root = p.dict(["w", tensor({ shape: [2] })]);
  const openWith = (byteOrder: string) => open(torchFile({ root, storages: { 0: big }, byteOrder }));
  expect(valuesOf(openWith("big"), "w")).toEqual([1.5, -2]);
  expect(valuesOf(openWith("little"), "w")).not.toEqual([1.5, -2]);
  expect(codeOf(() => openWith("middle"))).toBe("zip/content");
  expect(codeOf(() => openWith("x".repeat(1000)))).toBe("zip/content");
});

test("a tensor is read when asked and not before", () => {
  const bytes = fileOf(tensor({ shape: [24] }));
  const checkpoint = open(bytes);
  const { read: readLate } = checkpoint.tensors.get("w")!;
  checkpoint.close();
  expect(codeOf(readLate)).toBe("weights/closed");
});

test.each<[string, NewTensor]>([
  ["a storage past its end", { shape: [25] }],
  ["an offset past the end", { shape: [1], offset: 24 }],
  ["strides past the end", { shape: [2, 2], strides: [23, 2] }],
  ["a shape whose product overflows", { shape: [2 ** 31, 2 ** 31, 2] }],
  [
    "a shape whose product is infinite",
    { shape: new Array<number>(64).fill(2 ** 50), strides: new Array<number>(64).fill(0) },
  ],
  ["an expansion to 2^40", { shape: [2 ** 20, 2 ** 20], strides: [0, 0] }],
  ["a stride that overflows", { shape: [2, 2], strides: [2 ** 53 - 1, 2 ** 53 - 1] }],
  ["negative strides", { shape: [2], strides: [-1], offset: 5 }],
  ["a negative size", { shape: [-2], strides: [1] }],
  ["a negative offset", { shape: [2], offset: -1 }],
  ["fewer strides than sizes", { shape: [2, 2], strides: [1] }],
  ["65 dimensions", { shape: new Array<number>(65).fill(1) }],
  ["a negative number of stored elements", { shape: [2], storageCount: -5 }],
])("refuses %s before anything is allocated", (_, view) => {
  expect(codeOf(() => openTensor(view))).toBe("weights/tensor");
});

const rebuild = (...args: readonly p.Code[]) => p.reduce(p.global("torch._utils", "_rebuild_tensor_v2"), ...args);
const dims = p.tuple(p.int(1));

test.each<[string, string, p.Code]>([
  ["a storage that is not there", "weights/storage", tensor({ shape: [2], key: "7" })],
  ["a storage with fewer bytes than it claims", "weights/storage", tensor({ shape: [2], storageCount: 25 })],
  ["a storage key that leaves the directory", "weights/storage", tensor({ shape: [2], key: "../data.pkl" })],
  ["no arguments", "weights/tensor", rebuild()],
  ["a storage that is an int", "weights/tensor", rebuild(p.int(1), p.int(0), dims, dims)],
  ["a storage whose id is text", "weights/tensor", rebuild(p.persistent(p.text("0")), p.int(0), dims, dims)],
  [
    "sizes that are floats",
    "weights/tensor",
    rebuild(storageRef("FloatStorage", "0", 24), p.int(0), p.tuple(p.float(1)), dims),
  ],
  [
    "sizes past 2^53",
    "weights/tensor",
    rebuild(storageRef("FloatStorage", "0", 24), p.int(0), p.tuple(p.raw(0x8a, 9, [0, 0, 0, 0, 0, 0, 0, 0, 1])), dims),
  ],
  ["complex numbers", "weights/dtype", tensor({ shape: [2], storage: "ComplexFloatStorage" })],
  ["a storage class from elsewhere", "weights/dtype", tensor({ shape: [2], storage: "QInt8Storage" })],
])("refuses %s", (_, code, root) => {
  expect(codeOf(() => read(root))).toBe(code);
});

test.each(["_rebuild_qtensor", "_rebuild_sparse_tensor", "_rebuild_meta_tensor_no_storage", "_rebuild_nested_tensor"])(
  "refuses torch._utils.%s by name",
  (name) => {
    const { diagnostic } = errorOf(() =>
      read(p.reduce(p.global("torch._utils", name), storageRef("QInt8Storage", "0", 24))),
    );
    expect(diagnostic).toMatchObject({ code: "weights/tensor-kind", where: "w" });
    expect(diagnostic.message).toContain(`torch._utils.${name}`);
  },
);

test("three wrappers are read, four are not", () => {
  const wrapped = (count: number) =>
    Array.from({ length: count }).reduce<p.Code>((code) => parameter(code), tensor({ shape: [1], storageCount: 24 }));
  expect(read(wrapped(3)).values).toEqual([0]);
  expect(codeOf(() => read(wrapped(4)))).toBe("weights/tensor");
});

test("64 dimensions are read", () => {
  expect(openTensor({ shape: new Array<number>(64).fill(1) }).shape).toHaveLength(64);
});

test("an untyped storage is bytes, of which a tensor takes whole elements", () => {
  const untyped = (bytes: number, shape: readonly number[], dtype: readonly p.Code[] = [p.global("torch", "int16")]) =>
    p.reduce(
      p.global("torch._utils", "_rebuild_tensor_v3"),
      p.persistent(
        p.tuple(p.text("storage"), p.global("torch", "UntypedStorage"), p.text("0"), p.text("cpu"), p.int(bytes)),
      ),
      p.int(0),
      p.tuple(...shape.map(p.int)),
      p.tuple(...shape.map(() => p.int(1))),
      p.bool(false),
      p.orderedDict(),
      ...dtype,
    );
  const storages = { 0: Uint8Array.of(1, 0, 2, 0, 3) };
  expect(read(untyped(5, [2]), storages)).toEqual({ dtype: "i16", shape: [2], values: [1, 2] });
  expect(codeOf(() => read(untyped(5, [3]), storages))).toBe("weights/tensor");
  expect(read(untyped(5, [5], []), storages)).toEqual({ dtype: "u8", shape: [5], values: [1, 0, 2, 0, 3] });
});

test.each<[string, p.Code]>([
  ["text", p.text("storage")],
  ["a reference without a class", p.persistent(p.text("0"))],
  [
    "a reference of another kind",
    p.persistent(p.tuple(p.text("module"), p.global("torch", "FloatStorage"), p.text("0"), p.text("cpu"), p.int(24))),
  ],
  [
    "a storage named by a number",
    p.persistent(p.tuple(p.text("storage"), p.global("torch", "FloatStorage"), p.int(0), p.text("cpu"), p.int(24))),
  ],
])("refuses %s for a storage", (_, storage) => {
  const root = rebuild(storage, p.int(0), p.tuple(p.int(1)), p.tuple(p.int(1)));
  expect(errorOf(() => read(root)).message).toContain("expected a storage, found");
});

test("messages say where and what", () => {
  const messageOf = (root: p.Code) => errorOf(() => read(root)).diagnostic.message;
  const storage = storageRef("FloatStorage", "0", 24);
  const dims = p.tuple(p.int(1));
  expect(messageOf(rebuild(storage, p.text("x"), dims, dims))).toContain("its offset cannot be");
  expect(messageOf(rebuild(storage, p.int(0), p.tuple(p.int(-1)), dims))).toContain("its sizes cannot be");
  expect(messageOf(rebuild(storage, p.int(0), dims, p.tuple(p.text("x"))))).toContain("its strides cannot be");
  expect(messageOf(rebuild(storage, p.int(0), p.tuple(p.int(1), p.int(1)), dims))).toContain("2 sizes and 1 strides");
});

test("a type without a function or arguments is refused", () => {
  const typed = (...args: p.Code[]) => p.reduce(p.global("torch._tensor", "_rebuild_from_type_v2"), ...args);
  expect(codeOf(() => read(typed()))).toBe("weights/tensor");
  expect(codeOf(() => read(typed(p.global("torch._utils", "_rebuild_tensor_v2"), p.none, p.int(1))))).toBe(
    "weights/tensor",
  );
});
