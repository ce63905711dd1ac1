import type { DType, LazyTensor, Tensor } from "@yolo-compile/core";
import { elidedConstant } from "../diagnostics.js";

/** A constant whose content a text leaves out. It can be typed and printed again, not read. */
export class ElidedTensor implements LazyTensor {
  constructor(
    readonly dtype: DType,
    readonly shape: readonly number[],
    readonly crc32: string,
    readonly hint: string,
  ) {}

  /** @throws ir/elided */
  read(): Tensor {
    throw elidedConstant(this.hint, this, this.crc32);
  }
}
