import type { ByteSource } from "@yolo-compile/core";
import { startsAsModel } from "@yolo-compile/onnx";
import { isOfKnownFormat } from "@yolo-compile/weights";

/** The kind of a file on the command line. */
export type InputKind = "config" | "weights" | "onnx";

const HEAD_BYTES = 512;

/** Text that is neither a yaml nor of a format of weights: web pages, git-lfs pointers, JSON. */
const OTHER_TEXT = /^(\s*[<{]|version https:)/;

/**
 * The kind of a file by its content: a yaml is text, an ONNX model starts with its ir_version. Everything else goes to the
 * reader of checkpoints, which has the best messages about files that are none.
 */
export function inputKind(source: ByteSource): InputKind {
  const head = source.read(0, Math.min(source.size, HEAD_BYTES));
  if (startsAsModel(head)) return "onnx";
  if (head.length === 0 || head.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d))
    return "weights";
  return OTHER_TEXT.test(String.fromCharCode(...head)) || isOfKnownFormat(source) ? "weights" : "config";
}
