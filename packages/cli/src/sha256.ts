import { createHash } from "node:crypto";
import { type ByteSource, sourceRun } from "@yolo-compile/compiler";

/** The SHA-256 of a whole file in lower-case hexadecimal, read piece by piece. */
export function sha256Of(file: ByteSource): string {
  const hash = createHash("sha256");
  for (const piece of sourceRun(file, 0, file.size).pieces()) hash.update(piece);
  return hash.digest("hex");
}
