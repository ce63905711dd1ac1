import type { ByteSource } from "@yolo-compile/core";
import { opcodeRefused, pickleLimit } from "../diagnostics.js";
import { PickleCursor } from "./cursor.js";
import { PICKLE_LIMITS, type PickleLimits } from "./limits.js";
import { type PersistentLoad, PickleMachine } from "./machine.js";
import { DATA_OPCODES, type Opcode } from "./opcodes-data.js";
import { STRUCTURE_OPCODES } from "./opcodes-structure.js";
import { PickleNames } from "./suspicious.js";
import type { PickleValue } from "./value.js";

/** The value of a pickle, and the offset of its end: streams hold several. */
export interface Unpickled {
  readonly value: PickleValue;
  readonly endBytes: number;
}

const STOP = 0x2e;
const OPCODES: readonly (Opcode | undefined)[] = opcodeTable();

function opcodeTable(): (Opcode | undefined)[] {
  const table = new Array<Opcode | undefined>(256).fill(undefined);
  for (const [code, run] of [...DATA_OPCODES, ...STRUCTURE_OPCODES]) table[code] = run;
  return table;
}

/** Options of {@link unpickle}. */
export interface UnpickleOptions {
  readonly limits?: Partial<PickleLimits>;
  /** By default the record of the reference. */
  readonly persistentLoad?: PersistentLoad;
  /** Collects the names, also those of a pickle that turns out to be broken. */
  readonly names?: PickleNames;
}

/**
 * Reads one pickle of protocol 0 to 5, that begins at `startBytes`, into inert records. `file` names it in messages.
 * @throws pickle/malformed, pickle/opcode, pickle/limit
 */
export function unpickle(
  file: string,
  source: ByteSource,
  startBytes = 0,
  {
    limits = {},
    persistentLoad = (id) => ({ kind: "persistent", id }),
    names = new PickleNames(),
  }: UnpickleOptions = {},
): Unpickled {
  const bounds = { ...PICKLE_LIMITS, ...limits };
  const cursor = new PickleCursor(file, source, startBytes, bounds.pickleBytes);
  const machine = new PickleMachine(cursor, bounds, names, persistentLoad);
  for (let count = 0; count < bounds.opcodes; count++) {
    const code = cursor.u8();
    if (code === STOP) return { value: machine.finish(), endBytes: cursor.offsetBytes };
    const run = OPCODES[code];
    if (!run)
      throw opcodeRefused(file, cursor.offsetBytes - 1, `0x${code.toString(16).padStart(2, "0")}`, "is unknown");
    run(machine);
    machine.frames.check(cursor.offsetBytes);
  }
  throw pickleLimit(file, cursor.offsetBytes, "opcodes", bounds.opcodes);
}
