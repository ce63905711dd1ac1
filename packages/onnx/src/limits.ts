import { overLimit } from "./diagnostics.js";

/** Nodes, attributes, tensors, names and dimensions that are kept: at most some 200 bytes each. Real models have under 10^5. */
const MOST_RECORDS = 2 ** 19;

/** Dimensions of a tensor. Shapes are kept for every value, so a file could ask for more memory than it has bytes. */
export const MOST_DIMENSIONS = 32;

/** Elements of an input that is a parameter: a shape, axes, sizes. It is read for every node that takes it. */
export const MOST_PARAMETERS = 1024;

/** Integers in one list of an attribute: each may be a byte in the file and is eight in memory. */
export const MOST_INTEGERS = 2 ** 20;

/** Elements that are computed from constants while a file is read, in all: grids of large images have some 10^5. */
export const MOST_FOLDED = 2 ** 23;

/** The file that is being read, and the number of its records kept so far. */
export class ReadContext {
  #records = 0;

  constructor(readonly file: string) {}

  /** @throws onnx/limit */
  keep(count = 1): void {
    this.#records += count;
    if (this.#records > MOST_RECORDS) throw overLimit(this.file, "nodes, attributes, names and tensors", MOST_RECORDS);
  }
}
