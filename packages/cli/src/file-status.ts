import { type BigIntStats, fstatSync, lstatSync, statSync } from "node:fs";

/**
 * In bigints, which Node keeps apart: after a status of a pipe in plain numbers its next realpath, that of a module to
 * import, ends where it began.
 */
const OPTIONS = { bigint: true } as const;

/** The status of what a path leads to. Throws errors of Node. */
export const statusAt = (path: string): BigIntStats => statSync(path, OPTIONS);

/** The status of what lies at a path, a link perhaps. Throws errors of Node. */
export const linkStatusAt = (path: string): BigIntStats => lstatSync(path, OPTIONS);

/** The status of an open file. */
export const openStatus = (handle: number): BigIntStats => fstatSync(handle, OPTIONS);

/** The name of a kind of file that is not regular. */
export function kindOfFile(status: BigIntStats): string {
  if (status.isFIFO()) return "a pipe";
  if (status.isSocket()) return "a socket";
  return status.isCharacterDevice() || status.isBlockDevice() ? "a device" : "no file";
}
