// Prints, as one JSON document, every weight of some checkpoints: {file: {name: [dtype, shape, SHA-256 of its bytes]}}.
//   node scripts/tensor-digests.mjs FILE...
import { createHash } from "node:crypto";
import { openFile } from "../packages/cli/dist/files.js";
import { tensorBytes } from "../packages/core/dist/index.js";
import { openCheckpoint } from "../packages/weights/dist/index.js";

const digestOf = (tensor) => [
  tensor.dtype,
  tensor.shape,
  createHash("sha256").update(tensorBytes(tensor.read())).digest("hex"),
];

const digests = {};
for (const path of process.argv.slice(2)) {
  const file = openFile(path);
  const { tensors } = openCheckpoint(file);
  digests[path] = Object.fromEntries([...tensors].map(([name, tensor]) => [name, digestOf(tensor)]));
  file.close();
}
console.log(JSON.stringify(digests));
