import type { ByteSource } from "@yolo-compile/core";
import type { ExpectedCase, Session } from "@yolo-compile/runtime";
import { npyFileName, npyFolderInput, readNpyFile, type VerifyInput } from "../verify-inputs/index.js";
import { goldenMissing } from "./diagnostics.js";

/** A folder with `<name>.npy` for every input and output of a model. */
export interface GoldenFolder {
  readonly name: string;
  readonly open: (file: string) => ByteSource | undefined;
}

/** Known outputs: `<input>.npy` and `<output>.npy` in one folder. @throws verify/golden, verify/npy, npy/malformed */
export function readGolden(
  { inputs, outputs }: Pick<Session, "inputs" | "outputs">,
  { name, open }: GoldenFolder,
): ExpectedCase<VerifyInput> {
  const input = npyFolderInput(inputs, name, open);
  const sources = outputs.map((output) => ({ output, source: open(npyFileName(output)) }));
  const missing = sources.filter(({ source }) => !source).map(({ output }) => npyFileName(output));
  if (missing.length > 0) throw goldenMissing(name, missing);
  return { input, outputs: new Map(sources.map(({ output, source }) => [output.name, readNpyFile(source!)])) };
}
