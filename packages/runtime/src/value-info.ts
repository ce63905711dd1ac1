import type { DType } from "@yolo-compile/core";

/** A fixed size, or the name of a dynamic one. */
export type Dimension = number | string;

/** An input or output of a model. */
export interface ValueInfo {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly Dimension[];
}
