import { rowStrides, type Size, sameSize } from "@yolo-compile/core";
import { typeError } from "../diagnostics.js";
import type { OpContext } from "../schema.js";
import { inputType } from "./context.js";

/** Numpy's broadcast of the first two inputs. @throws ir/type where they do not fit */
export function broadcastShapes(node: OpContext): Size[] {
  const a = inputType(node, 0).shape;
  const b = inputType(node, 1).shape;
  const shape = broadcast(a, b);
  if (!shape) throw typeError(node.op, "the shapes do not broadcast", node.inputs);
  return shape;
}

/** Numpy's broadcast of two shapes; undefined where they do not fit for some symbols. */
export function broadcast(a: readonly Size[], b: readonly Size[]): Size[] | undefined {
  const rank = Math.max(a.length, b.length);
  const shape: Size[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (!sameSize(left, right) && left !== 1 && right !== 1) return undefined;
    shape.push(left === 1 ? right : left);
  }
  return shape;
}

/** Maps a flat index into `to` onto the flat index into `from` that broadcasts there. */
export function broadcastOffsets(from: readonly number[], to: readonly number[]): (index: number) => number {
  const strides = rowStrides(from);
  const lead = to.length - from.length;
  const steps = to.map((_, axis) => (axis < lead || from[axis - lead] === 1 ? 0 : strides[axis - lead]!));
  return (index) => {
    let offset = 0;
    for (let axis = to.length - 1, rest = index; axis >= 0; axis--) {
      const size = to[axis]!;
      offset += (rest % size) * steps[axis]!;
      rest = Math.floor(rest / size);
    }
    return offset;
  };
}
