import {
  crc32,
  elementCount,
  encodeBase64,
  formatType,
  type LazyTensor,
  type Tensor,
  tensorBytes,
} from "@yolo-compile/core";
import { ElidedTensor } from "./elided.js";
import { spellElement } from "./numbers.js";

/** The most elements that are printed; larger constants are elided, unless their elements are all equal. */
const PRINTED_ELEMENTS = 16;

/** The form of a large constant: `elided` gives its CRC-32, `full` its elements in base64. */
export type ConstantStyle = "elided" | "full";

/** `f32[4] {1, 2, 3, 4}`; see {@link printGraph} for the other forms. */
export function printConstant(constant: LazyTensor, style: ConstantStyle): string {
  return `${formatType(constant)} ${printElements(constant, style)}`;
}

function printElements(constant: LazyTensor, style: ConstantStyle): string {
  if (constant instanceof ElidedTensor) return `elided ${constant.crc32}`;
  const tensor = constant.read();
  const count = elementCount(tensor.shape);
  if ((count > 1 || tensor.shape.length === 0) && allEqual(tensor)) return `splat ${spellElement(tensor, 0)}`;
  if (count <= PRINTED_ELEMENTS)
    return `{${Array.from({ length: count }, (_, index) => spellElement(tensor, index)).join(", ")}}`;
  const bytes = tensorBytes(tensor);
  return style === "full" ? `base64 "${encodeBase64(bytes)}"` : `elided ${hex(crc32(bytes))}`;
}

/** Bit for bit, so that 0 and -0 differ. */
function allEqual(tensor: Tensor): boolean {
  const bytes = tensorBytes(tensor);
  const size = tensor.data.BYTES_PER_ELEMENT;
  for (let index = size; index < bytes.length; index++) if (bytes[index] !== bytes[index - size]) return false;
  return true;
}

const hex = (crc: number): string => crc.toString(16).padStart(8, "0");
