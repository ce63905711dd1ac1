import type { ModelInfo } from "@yolo-compile/compiler";
import type { Terminal } from "../terminal.js";
import { grouped, line, megabytes } from "./text.js";

/** The document of `inspect --json` for an ONNX model. */
export const modelDocument = (file: string, bytes: number, info: ModelInfo) => ({
  file,
  bytes,
  format: "onnx",
  irVersion: info.irVersion,
  opset: info.opset ?? null,
  opsets: Object.fromEntries(info.opsets),
  producer: info.producer,
  inputs: info.inputs,
  outputs: info.outputs,
  nodes: info.nodeCount,
  ops: Object.fromEntries(info.ops),
  externalData: info.externalData,
  metadata: Object.fromEntries(info.metadata),
});

/** Prints an ONNX model. */
export function printModel(file: string, bytes: number, info: ModelInfo, terminal: Terminal): void {
  const opsets = [...info.opsets].map(([domain, version]) => `${domain || "ai.onnx"} ${version}`);
  terminal.print(line("file", `${file}, ${megabytes(bytes)}, onnx`));
  terminal.print(line("made by", `${info.producer || "?"}, IR version ${info.irVersion}, opset ${opsets.join(", ")}`));
  for (const { name, dtype, shape } of info.inputs)
    terminal.print(line("input", `${name} ${dtype}[${shape.join(",")}]`));
  for (const { name, dtype, shape } of info.outputs)
    terminal.print(line("output", `${name} ${dtype}[${shape.join(",")}]`));
  terminal.print(
    line("nodes", `${info.nodeCount}: ${[...info.ops].map(([op, count]) => `${op} ${count}`).join(", ")}`),
  );
  for (const location of info.externalData) terminal.print(line("data in", location || "a file without a name"));
  for (const [key, value] of info.metadata) terminal.print(line("metadata", `${key} = ${shortened(value)}`));
}

/** The most characters of a value that are printed: names of a thousand classes fill many screens. */
const MOST_CHARACTERS = 200;

const shortened = (value: string): string =>
  value.length <= MOST_CHARACTERS
    ? value
    : `${value.slice(0, MOST_CHARACTERS)}… (${grouped(value.length)} characters, --json has all)`;
