import { type ByteSource, isCompileError } from "@yolo-compile/core";
import { suspiciousNames } from "../diagnostics.js";
import { PICKLE_LIMITS, type PickleLimits } from "./limits.js";
import type { PersistentLoad } from "./machine.js";
import { PickleNames } from "./suspicious.js";
import { type Unpickled, unpickle } from "./unpickle.js";

/** Options for reading the pickles of a file. */
export interface PickleOptions {
  /** Other limits than the usual ones, for a file that is trusted. */
  readonly pickleLimits?: Partial<PickleLimits>;
  /** Read a file that names dangerous functions. They are never run. */
  readonly allowSuspicious?: boolean;
}

/** Reads the pickles of one file. */
export interface PickleReader {
  readonly limits: PickleLimits;
  /** Dangerous names so far: `os.system`. */
  readonly suspicious: readonly string[];
  /**
   * One pickle, from `startBytes` of `source`. `part` names it in messages.
   * @throws weights/suspicious, also of a pickle that breaks off later: Python would have run what comes before
   * @throws pickle/malformed, pickle/opcode, pickle/limit
   */
  read(part: string, source: ByteSource, startBytes?: number, persistentLoad?: PersistentLoad): Unpickled;
}

/** A reader for all pickles of `file`. Suspicious names are refused, unless they are allowed. */
export function pickleReader(
  file: string,
  { pickleLimits = {}, allowSuspicious = false }: PickleOptions = {},
): PickleReader {
  const limits = { ...PICKLE_LIMITS, ...pickleLimits };
  const names = new PickleNames();
  const check = () => {
    const { suspicious } = names;
    if (suspicious.length > 0 && !allowSuspicious) throw suspiciousNames(file, suspicious);
  };
  return {
    limits,
    get suspicious() {
      return names.suspicious;
    },
    read(part, source, startBytes = 0, persistentLoad) {
      try {
        const options = { limits, names, ...(persistentLoad && { persistentLoad }) };
        const result = unpickle(part, source, startBytes, options);
        check();
        return result;
      } catch (error) {
        if (isCompileError(error)) check();
        throw error;
      }
    },
  };
}
