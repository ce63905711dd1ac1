// Prints, as one JSON document, every weight of some checkpoints: {file: {name: [dtype, shape, SHA-256 of its bytes]}}. With
// --refusals files that are refused do not stop it: {file: {tensors: {…}} or {error: text}}.
//   node scripts/tensor-digests.mjs [--refusals] FILE...
import { createHash } from "node:crypto";
import { parseArgs } from "node:util";
import { openFile } from "../packages/cli/dist/files.js";
import { isCompileError, tensorBytes } from "../packages/core/dist/index.js";
import { openCheckpoint } from "../packages/weights/dist/index.js";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { refusals: { type: "boolean" } } });

const digestOf = (tensor) => [
  tensor.dtype,
  tensor.shape,
  createHash("sha256").update(tensorBytes(tensor.read())).digest("hex"),
];

function digestsOf(path) {
  const file = openFile(path);
  try {
    const { tensors } = openCheckpoint(file);
    return Object.fromEntries([...tensors].map(([name, tensor]) => [name, digestOf(tensor)]));
  } finally {
    file.close();
  }
}

function digestsOrRefusal(path) {
  try {
    return { tensors: digestsOf(path) };
  } catch (error) {
    if (!isCompileError(error)) throw error;
    return { error: error.message };
  }
}

const look = values.refusals ? digestsOrRefusal : digestsOf;
console.log(JSON.stringify(Object.fromEntries(positionals.map((path) => [path, look(path)]))));
