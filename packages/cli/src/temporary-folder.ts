import { createHash } from "node:crypto";
import { lstatSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { tellSupervisor } from "./supervised.js";
import { errorCode } from "./system-problem.js";

const NAME = /^\.yolo-compile-([0-9a-f]{8})-(\d{1,10})-\w{6}$/;

/** A new hidden folder in `place`, whose name tells its process: should that die, a later run removes the folder. */
export function makeTemporaryFolder(place: string): string {
  tellSupervisor(place);
  return mkdtempSync(join(place, `.yolo-compile-${machineMark()}-${process.pid}-`));
}

/**
 * Removes the temporary folders in `place` that processes of this user on this machine left when they died; `ended` is one
 * that is about to. Folders that cannot be examined or removed stay.
 */
export function removeDeadFolders(place: string, ended?: number): void {
  for (const name of namesIn(place)) {
    const [, mark, digits] = NAME.exec(name) ?? [];
    const pid = Number(digits);
    if (mark !== machineMark() || (pid !== ended && isAlive(pid))) continue;
    const folder = join(place, name);
    try {
      const status = lstatSync(folder);
      if (status.isDirectory() && status.uid === (process.getuid?.() ?? status.uid))
        rmSync(folder, { recursive: true, force: true });
    } catch {
      // Somebody else removes it.
    }
  }
}

/** Removes what ONNX Runtime's profiler has written for a process that is no more, where the runtime package lets it. */
export function removeProfiles(place: string, ended: number): void {
  const ours = namesIn(place).filter((name) => name.startsWith(`yolo-compile-profile-${ended}-`));
  for (const name of ours) rmSync(join(place, name), { recursive: true, force: true });
}

function namesIn(place: string): readonly string[] {
  try {
    return readdirSync(place);
  } catch {
    return [];
  }
}

/** A mark of this machine, and on Linux of the namespace: process ids mean nothing elsewhere. */
function machineMark(): string {
  const hash = createHash("sha256").update(hostname()).update(pidNamespace());
  return hash.digest("hex").slice(0, 8);
}

function pidNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) !== "ESRCH";
  }
}
