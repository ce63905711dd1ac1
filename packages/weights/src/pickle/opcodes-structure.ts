import { opcodeRefused, pickleMalformed } from "../diagnostics.js";
import type { PickleMachine } from "./machine.js";
import type { Opcode } from "./opcodes-data.js";
import { parseIntText } from "./text.js";
import type { PickleGlobal, PickleObject, PickleValue } from "./value.js";

const NEWEST_PROTOCOL = 5;

const tupleOf =
  (count: number): Opcode =>
  (machine) => {
    const items = new Array<PickleValue>(count);
    for (let index = count - 1; index >= 0; index--) items[index] = machine.pop();
    machine.push({ kind: "tuple", items });
  };

const put =
  (readIndex: (machine: PickleMachine) => number): Opcode =>
  (machine) =>
    machine.remember(readIndex(machine));

const get =
  (readIndex: (machine: PickleMachine) => number): Opcode =>
  (machine) =>
    machine.push(machine.recall(readIndex(machine)));

const refuse =
  (opcode: string, why: string): Opcode =>
  ({ cursor }) => {
    throw opcodeRefused(cursor.file, cursor.offsetBytes - 1, opcode, why);
  };

function indexLine(machine: PickleMachine): number {
  const text = machine.cursor.line();
  const index = text.length < 20 ? parseIntText(text) : undefined;
  return typeof index === "number" && index >= 0 ? index : machine.cursor.malformed("a memo index is no int");
}

function globalOf(machine: PickleMachine, module: PickleValue, name: PickleValue): PickleGlobal {
  if (typeof module !== "string" || typeof name !== "string") machine.names.noteComputed();
  // White space is refused so that "module name" is an unambiguous key.
  if (typeof module !== "string" || typeof name !== "string" || !/^\S+$/.test(module) || !/^\S+$/.test(name))
    return machine.cursor.malformed("a class or function has no proper name");
  const value: PickleGlobal = { kind: "global", module, name, key: `${module} ${name}` };
  machine.names.note(value);
  return value;
}

function object(
  { names }: PickleMachine,
  made: PickleObject["made"],
  callable: PickleValue,
  args: readonly PickleValue[],
): PickleObject {
  names.noteCall(callable, args);
  return { kind: "object", made, callable, args };
}

const call =
  (made: PickleObject["made"]): Opcode =>
  (machine) => {
    const args = machine.popTuple();
    machine.push(object(machine, made, machine.pop(), args));
  };

function pop(machine: PickleMachine): void {
  if (machine.atMark) machine.popToMark();
  else machine.pop();
}

function protocol({ cursor }: PickleMachine): void {
  const found = cursor.u8();
  if (found > NEWEST_PROTOCOL)
    throw pickleMalformed(cursor.file, cursor.offsetBytes, `protocol ${found} is newer than ${NEWEST_PROTOCOL}`);
}

function frame({ cursor, frames }: PickleMachine): void {
  const length = cursor.u64();
  cursor.need(length);
  frames.begin(cursor.offsetBytes, length);
}

function dict(machine: PickleMachine): void {
  const pairs = machine.popToMark();
  const value: PickleValue = { kind: "dict", entries: new Map() };
  machine.setItems(value, pairs);
  machine.push(value);
}

function setItem(machine: PickleMachine): void {
  const value = machine.pop();
  const key = machine.pop();
  machine.setItems(machine.top(), [key, value]);
}

function newObjectEx(machine: PickleMachine): void {
  const kwargs = machine.popDict();
  const args = machine.popTuple();
  machine.push({ ...object(machine, "new", machine.pop(), args), kwargs });
}

function instance(machine: PickleMachine): void {
  const args = machine.popToMark();
  const module = machine.cursor.line();
  machine.push(object(machine, "reduce", globalOf(machine, module, machine.cursor.line()), args));
}

function objectFromMark(machine: PickleMachine): void {
  const [callable, ...args] = machine.popToMark();
  if (callable === undefined) machine.cursor.malformed("OBJ has no class");
  else machine.push(object(machine, "reduce", callable, args));
}

function stackGlobal(machine: PickleMachine): void {
  const name = machine.pop();
  machine.push(globalOf(machine, machine.pop(), name));
}

function global(machine: PickleMachine): void {
  const module = machine.cursor.line();
  machine.push(globalOf(machine, module, machine.cursor.line()));
}

function build(machine: PickleMachine): void {
  const state = machine.pop();
  machine.setState(machine.top(), state);
}

const CONTAINERS: readonly (readonly [code: number, run: Opcode])[] = [
  [0x28, (machine) => machine.mark()], // MARK
  [0x30, pop], // POP
  [0x31, (machine) => void machine.popToMark()], // POP_MARK
  [0x32, (machine) => machine.push(machine.top())], // DUP
  [0x29, tupleOf(0)], // EMPTY_TUPLE
  [0x85, tupleOf(1)], // TUPLE1
  [0x86, tupleOf(2)], // TUPLE2
  [0x87, tupleOf(3)], // TUPLE3
  [0x74, (machine) => machine.push({ kind: "tuple", items: machine.popToMark() })], // TUPLE
  [0x5d, (machine) => machine.push({ kind: "list", items: [] })], // EMPTY_LIST
  [0x6c, (machine) => machine.push({ kind: "list", items: machine.popToMark() })], // LIST
  [0x7d, (machine) => machine.push({ kind: "dict", entries: new Map() })], // EMPTY_DICT
  [0x64, dict], // DICT
  [0x8f, (machine) => machine.push({ kind: "set", items: [] })], // EMPTY_SET
  [0x91, (machine) => machine.push({ kind: "set", items: machine.popToMark() })], // FROZENSET
  [
    0x61, // APPEND
    (machine) => {
      const value = machine.pop();
      machine.append(machine.top(), [value], "list");
    },
  ],
  [
    0x65, // APPENDS
    (machine) => {
      const items = machine.popToMark();
      machine.append(machine.top(), items, "list");
    },
  ],
  [
    0x90, // ADDITEMS
    (machine) => {
      const items = machine.popToMark();
      machine.append(machine.top(), items, "set");
    },
  ],
  [0x73, setItem], // SETITEM
  [
    0x75, // SETITEMS
    (machine) => {
      const pairs = machine.popToMark();
      machine.setItems(machine.top(), pairs);
    },
  ],
];

const MEMO: readonly (readonly [code: number, run: Opcode])[] = [
  [0x70, put(indexLine)], // PUT
  [0x71, put(({ cursor }) => cursor.u8())], // BINPUT
  [0x72, put(({ cursor }) => cursor.u32())], // LONG_BINPUT
  [0x94, put((machine) => machine.memoSize)], // MEMOIZE
  [0x67, get(indexLine)], // GET
  [0x68, get(({ cursor }) => cursor.u8())], // BINGET
  [0x6a, get(({ cursor }) => cursor.u32())], // LONG_BINGET
];

const OBJECTS: readonly (readonly [code: number, run: Opcode])[] = [
  [0x63, global], // GLOBAL
  [0x93, stackGlobal], // STACK_GLOBAL
  [0x52, call("reduce")], // REDUCE
  [0x81, call("new")], // NEWOBJ
  [0x92, newObjectEx], // NEWOBJ_EX
  [0x69, instance], // INST
  [0x6f, objectFromMark], // OBJ
  [0x62, build], // BUILD
  [0x50, (machine) => machine.push(machine.persistentLoad(machine.cursor.line()))], // PERSID
  [0x51, (machine) => machine.push(machine.persistentLoad(machine.pop()))], // BINPERSID
  [0x80, protocol], // PROTO
  [0x95, frame], // FRAME
  [0x82, refuse("EXT1", "needs a registry of extensions that no file carries")],
  [0x83, refuse("EXT2", "needs a registry of extensions that no file carries")],
  [0x84, refuse("EXT4", "needs a registry of extensions that no file carries")],
  [0x97, refuse("NEXT_BUFFER", "needs a buffer from outside of the file")],
  [0x98, refuse("READONLY_BUFFER", "needs a buffer from outside of the file")],
];

/** Opcodes that move values, build containers, name classes and record calls. */
export const STRUCTURE_OPCODES: readonly (readonly [code: number, run: Opcode])[] = [
  ...CONTAINERS,
  ...MEMO,
  ...OBJECTS,
];
