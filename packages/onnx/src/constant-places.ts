import { byteLength, type LazyTensor } from "@yolo-compile/core";

/** A constant, as it is written. */
export interface Constant {
  readonly hint: string;
  readonly tensor: LazyTensor;
}

/** Bytes of a file, or a constant that gives them when they are written. */
export type Part = Uint8Array | Constant;

/** The place of a constant in a file beside the model. */
export interface Place {
  readonly location: string;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/** Smaller ones stay in the model: shapes, axes, scales, which tools look at when they load it. */
const LEAST_BYTES = 1024;

/** As numpy aligns arrays: enough for any element type, and for vector instructions. */
const ALIGNMENT = 64;

/** Puts the large constants of a model into a file beside it, one after the other. */
export class DataFile {
  readonly parts: Part[] = [];
  #length = 0;

  constructor(readonly name: string) {}

  /** The constant's place; undefined for one that stays in the model. */
  take(constant: Constant): Place | undefined {
    const lengthBytes = byteLength(constant.tensor);
    if (lengthBytes < LEAST_BYTES) return undefined;
    const gap = (ALIGNMENT - (this.#length % ALIGNMENT)) % ALIGNMENT;
    if (gap > 0) this.parts.push(new Uint8Array(gap));
    const offsetBytes = this.#length + gap;
    this.parts.push(constant);
    this.#length = offsetBytes + lengthBytes;
    return { location: this.name, offsetBytes, lengthBytes };
  }
}
