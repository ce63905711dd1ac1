import { decodeUtf8, latin1 } from "../bytes.js";
import { pickleLimit } from "../diagnostics.js";
import type { PickleMachine } from "./machine.js";
import { parseFloatText, parseIntBytes, parseIntText, parseRawUnicode, parseRepr } from "./text.js";
import type { PickleValue } from "./value.js";

/** The effect of an opcode, whose own byte is already read. */
export type Opcode = (machine: PickleMachine) => void;

const constant =
  (value: PickleValue): Opcode =>
  (machine) =>
    machine.push(value);

const int =
  (read: (machine: PickleMachine) => number): Opcode =>
  (machine) =>
    machine.push(read(machine));

const longInt =
  (readLength: (machine: PickleMachine) => number): Opcode =>
  (machine) => {
    const length = readLength(machine);
    if (length < 0) machine.cursor.malformed(`an int of ${length} bytes`);
    if (length > machine.limits.intBytes)
      throw pickleLimit(machine.cursor.file, machine.cursor.offsetBytes, "bytes in one int", machine.limits.intBytes);
    machine.push(parseIntBytes(machine.cursor.take(length)));
  };

const text =
  (readLength: (machine: PickleMachine) => number): Opcode =>
  (machine) =>
    machine.push(machine.cursor.utf8(readLength(machine)));

const bytes =
  (readLength: (machine: PickleMachine) => number): Opcode =>
  (machine) =>
    machine.push({ kind: "bytes", bytes: machine.cursor.take(readLength(machine)) });

/** A Python 2 `str`: text where it is UTF-8, as torch.load reads it, else one character a byte. */
const oldString =
  (readLength: (machine: PickleMachine) => number): Opcode =>
  (machine) => {
    const taken = machine.cursor.take(readLength(machine));
    machine.push(decodeUtf8(taken) ?? latin1(taken));
  };

const line =
  (what: string, parse: (text: string) => PickleValue | undefined): Opcode =>
  (machine) => {
    const read = machine.cursor.line();
    const value = parse(read);
    if (value === undefined) machine.cursor.malformed(`${JSON.stringify(read.slice(0, 40))} is no ${what}`);
    else machine.push(value);
  };

const intLine =
  (parse: (text: string) => PickleValue | undefined): Opcode =>
  (machine) =>
    line("int", (read) => {
      // Three digits hold more than a byte.
      if (read.length > machine.limits.intBytes * 3)
        throw pickleLimit(machine.cursor.file, machine.cursor.offsetBytes, "bytes in one int", machine.limits.intBytes);
      return parse(read);
    })(machine);

const BOOL_LINES: ReadonlyMap<string, boolean> = new Map([
  ["00", false],
  ["01", true],
]);

const u8 = (machine: PickleMachine): number => machine.cursor.u8();
const u16 = (machine: PickleMachine): number => machine.cursor.u16();
const i32 = (machine: PickleMachine): number => machine.cursor.i32();
const u32 = (machine: PickleMachine): number => machine.cursor.u32();
const u64 = (machine: PickleMachine): number => machine.cursor.u64();

/** Opcodes that push numbers, text and bytes. */
export const DATA_OPCODES: readonly (readonly [code: number, run: Opcode])[] = [
  [0x4e, constant(null)], // NONE
  [0x88, constant(true)], // NEWTRUE
  [0x89, constant(false)], // NEWFALSE
  [0x4b, int(u8)], // BININT1
  [0x4d, int(u16)], // BININT2
  [0x4a, int(i32)], // BININT
  [0x8a, longInt(u8)], // LONG1
  [0x8b, longInt(i32)], // LONG4
  [0x49, intLine((read) => BOOL_LINES.get(read) ?? parseIntText(read))], // INT
  [0x4c, intLine((read) => parseIntText(read.replace(/L$/, "")))], // LONG
  [0x47, (machine) => machine.push({ kind: "float", value: machine.cursor.f64() })], // BINFLOAT
  [
    0x46, // FLOAT
    line("float", (read) => {
      const value = parseFloatText(read);
      return value === undefined ? undefined : { kind: "float", value };
    }),
  ],
  [0x8c, text(u8)], // SHORT_BINUNICODE
  [0x58, text(u32)], // BINUNICODE
  [0x8d, text(u64)], // BINUNICODE8
  [0x56, line("text", parseRawUnicode)], // UNICODE
  [0x53, line("string", parseRepr)], // STRING
  [0x55, oldString(u8)], // SHORT_BINSTRING
  [0x54, oldString(i32)], // BINSTRING
  [0x43, bytes(u8)], // SHORT_BINBYTES
  [0x42, bytes(u32)], // BINBYTES
  [0x8e, bytes(u64)], // BINBYTES8
  [0x96, bytes(u64)], // BYTEARRAY8
];
