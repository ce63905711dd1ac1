import type { ByteSource } from "@yolo-compile/core";

/** What a file on the command line is. */
export type InputKind = "config" | "weights" | "onnx";

const HEAD_BYTES = 512;

/** Text that is no yaml: web pages, git-lfs pointers, JSON indices, `.wts` files, which start with a count. */
const OTHER_TEXT = /^(\s*[<{]|version https:|\d+\r?\n)/;

/** Second field of a ModelProto, after ir_version: opset_import, producer, domain, … */
const ONNX_FIELDS = new Set([0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42]);

/**
 * Tells files apart by content: a yaml is text, an ONNX model starts with its ir_version. Everything else goes to the
 * reader of checkpoints, which knows best what a file that is none looks like.
 */
export function inputKind(source: ByteSource): InputKind {
  const head = source.read(0, Math.min(source.size, HEAD_BYTES));
  if (head[0] === 0x08 && head[1]! < 0x20 && ONNX_FIELDS.has(head[2] ?? 0)) return "onnx";
  if (head.length === 0 || head.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d))
    return "weights";
  return OTHER_TEXT.test(String.fromCharCode(...head)) ? "weights" : "config";
}
