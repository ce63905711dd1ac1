import type { ReadContext } from "./limits.js";
import { readMessage } from "./wire.js";

/** A StringStringEntryProto: of a model's metadata, of a node's, or of the place of a tensor. */
export interface Entry {
  readonly key: string;
  readonly value: string;
}

/** Reads an {@link Entry}; what a file leaves out is empty. @throws onnx/malformed */
export function readEntry(bytes: Uint8Array, context: ReadContext): Entry {
  let key = "";
  let value = "";
  readMessage(bytes, context, {
    1: (field) => {
      key = field.text();
    },
    2: (field) => {
      value = field.text();
    },
  });
  return { key, value };
}
