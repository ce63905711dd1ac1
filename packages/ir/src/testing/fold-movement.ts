import { type Case, ints } from "./one-node.js";

/** `y = op(x)` on a constant x, with further int64 vectors. */
const moved = (x: string, vectors: Readonly<Record<string, readonly number[]>>, node: string, gives: string): Case => ({
  node: `%x = ${x}\n${ints(vectors, `%y = ${node}`)}`,
  gives,
});

const MATRIX = "f32[2,3] {1, 2, 3, 4, 5, 6}";
const EIGHT = "{0, 1, 2, 3, 4, 5, 6, 7}";

const MOVEMENT: readonly Case[] = [
  {
    node: "%a = f32[2,1] {1, 2}\n%b = f32[2,2] {3, 4, 5, 6}\n%y = Concat(%a, %b) {axis=1}",
    gives: "f32[2,3] {1, 3, 4, 2, 5, 6}",
  },
  { node: "%a = i64[1] {1}\n%b = i64[0] {}\n%y = Concat(%a, %b, %a) {axis=-1}", gives: "i64[2] splat 1" },
  moved(`f32[1,8,1,1] ${EIGHT}`, {}, "DepthToSpace(%x) {blocksize=2}", "f32[1,2,2,2] {0, 2, 4, 6, 1, 3, 5, 7}"),
  moved(`f32[1,8,1,1] ${EIGHT}`, {}, 'DepthToSpace(%x) {blocksize=2, mode="CRD"}', `f32[1,2,2,2] ${EIGHT}`),
  moved(`u8[1,4,1,2] ${EIGHT}`, {}, "DepthToSpace(%x) {blocksize=2}", "u8[1,1,2,4] {0, 2, 1, 3, 4, 6, 5, 7}"),
  moved("f32[3] {10, 20, 30}", { i: [2, -3] }, "Gather(%x, %i)", "f32[2] {30, 10}"),
  moved(MATRIX, { i: [2, 0] }, "Gather(%x, %i) {axis=1}", "f32[2,2] {3, 1, 6, 4}"),
  moved(MATRIX, { i: [1] }, "Gather(%x, %i) {axis=-2}", "f32[1,3] {4, 5, 6}"),
  { node: `%x = ${MATRIX}\n%i = i64[] splat -1\n%y = Gather(%x, %i) {axis=1}`, gives: "f32[2] {3, 6}" },
  {
    node: "%x = bool[2] {true, false}\n%i = i32[2,2] {0, 1, 1, 0}\n%y = Gather(%x, %i)",
    gives: "bool[2,2] {true, false, false, true}",
  },
  moved("f32[3] {1, 2, 3}", { i: [3] }, "Gather(%x, %i)", "ir/type: index 3 of an axis of 3"),
  moved("f32[3] {1, 2, 3}", { i: [-4] }, "Gather(%x, %i)", "ir/type: index -1 of an axis of 3"),
  moved("f32[4] {1, 2, 3, 4}", {}, "Slice(%x) {starts=[1], ends=[-1], axes=[0]}", "f32[2] {2, 3}"),
  moved("i64[4] {1, 2, 3, 4}", {}, "Slice(%x) {starts=[-1], ends=[-9], axes=[0], steps=[-2]}", "i64[2] {4, 2}"),
  moved(MATRIX, {}, "Slice(%x) {starts=[0, 1], ends=[1, 9], axes=[0, -1]}", "f32[1,2] {2, 3}"),
  moved(MATRIX, {}, "Slice(%x) {starts=[5], ends=[-9], axes=[1], steps=[-1]}", "f32[2,3] {3, 2, 1, 6, 5, 4}"),
  {
    node: "%x = f16[2,3] {1, 2, 3, 4, 5, 6}\n%a, %b, %c = Split(%x) {axis=1, sizes=[1, 0, 2]}",
    gives: "f16[2,1] {1, 4}, f16[2,0] {}, f16[2,2] {2, 3, 5, 6}",
  },
  {
    node: "%x = f32[3,1,2] {1, 2, 3, 4, 5, 6}\n%a, %b = Split(%x) {sizes=[2, 1]}",
    gives: "f32[2,1,2] {1, 2, 3, 4}, f32[1,1,2] {5, 6}",
  },
];

const RESHAPING: readonly Case[] = [
  moved(MATRIX, {}, "Reshape(%x) {shape=[3, -1]}", "f32[3,2] {1, 2, 3, 4, 5, 6}"),
  moved("f32[1,2,1] {1, 2}", {}, "Squeeze(%x) {axes=[0, -1]}", "f32[2] {1, 2}"),
  moved("f32[2] {1, 2}", {}, "Unsqueeze(%x) {axes=[-1]}", "f32[2,1] {1, 2}"),
  moved(MATRIX, {}, "Flatten(%x) {axis=0}", "f32[1,6] {1, 2, 3, 4, 5, 6}"),
  moved("f32[2,1] {1, 2}", {}, "Expand(%x) {shape=[1, 3]}", "f32[2,3] {1, 1, 1, 2, 2, 2}"),
  moved("i64[] splat 7", {}, "Expand(%x) {shape=[2]}", "i64[2] splat 7"),
  moved(MATRIX, {}, "Transpose(%x) {perm=[1, 0]}", "f32[3,2] {1, 4, 2, 5, 3, 6}"),
  moved(`u8[2,2,2] ${EIGHT}`, {}, "Transpose(%x) {perm=[2, 0, 1]}", "u8[2,2,2] {0, 2, 4, 6, 1, 3, 5, 7}"),
];

const PADDING: readonly Case[] = [
  moved("f32[2] {1, 2}", {}, "Pad(%x) {pads=[1, 2]}", "f32[5] {0, 1, 2, 0, 0}"),
  {
    node: "%x = f16[1] {1}\n%v = f16[] {-0.5}\n%y = Pad(%x, %v) {pads=[1, 1]}",
    gives: "f16[3] {-0.5, 1, -0.5}",
  },
  moved(MATRIX, {}, "Pad(%x) {pads=[-1, 1, 0, -1]}", "f32[1,3] {0, 4, 5}"),
  moved(MATRIX, {}, "Pad(%x) {pads=[0, 1, 0, 0]}", "f32[2,4] {0, 1, 2, 3, 0, 4, 5, 6}"),
  moved("f32[3] {0, 1, 2}", {}, 'Pad(%x) {pads=[2, 2], mode="reflect"}', "f32[7] {2, 1, 0, 1, 2, 1, 0}"),
  moved("f32[3] {0, 1, 2}", {}, 'Pad(%x) {pads=[2, 1], mode="edge"}', "f32[6] {0, 0, 0, 1, 2, 2}"),
  moved("f32[3] {0, 1, 2}", {}, 'Pad(%x) {pads=[4, 2], mode="wrap"}', "f32[9] {2, 0, 1, 2, 0, 1, 2, 0, 1}"),
  moved("f32[5] {0, 1, 2, 3, 4}", {}, 'Pad(%x) {pads=[-1, 2], mode="reflect"}', "f32[6] {1, 2, 3, 4, 3, 2}"),
];

const REDUCING: readonly Case[] = [
  moved(MATRIX, {}, "ReduceSum(%x) {axes=[1]}", "f32[2,1] {6, 15}"),
  moved(MATRIX, {}, "ReduceSum(%x) {axes=[-2], keepdims=0}", "f32[3] {5, 7, 9}"),
  moved(MATRIX, {}, "ReduceSum(%x) {axes=[0, 1], keepdims=0}", "f32[] splat 21"),
  moved(MATRIX, {}, "ReduceSum(%x) {axes=[]}", "f32[2,3] {1, 2, 3, 4, 5, 6}"),
  // In single precision 16777216 + 1 stays, so both ones would be lost.
  moved("f32[3] {16777216, 1, 1}", {}, "ReduceSum(%x) {axes=[0]}", "f32[1] {16777218}"),
  moved(MATRIX, {}, "ReduceMean(%x) {axes=[1], keepdims=0}", "f32[2] {2, 5}"),
  moved("i64[3] {-1, -2, -4}", {}, "ReduceMean(%x) {axes=[0]}", "i64[1] {-2}"),
  moved("f32[2,2] {-3, -1, -inf, -7}", {}, "ReduceMax(%x) {axes=[0]}", "f32[1,2] {-3, -1}"),
  moved("i32[3] {-3, -1, -2}", {}, "ReduceMax(%x) {axes=[0], keepdims=0}", "i32[] splat -1"),
  moved("i64[0] {}", {}, "ReduceMax(%x) {axes=[0]}", "ir/type: inf and nan have no i64"),
];

export const MOVEMENT_FOLDS: readonly Case[] = [...MOVEMENT, ...RESHAPING, ...PADDING, ...REDUCING];
