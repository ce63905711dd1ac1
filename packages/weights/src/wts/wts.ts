import type { ByteSource, LazyTensor } from "@yolo-compile/core";
import { latin1 } from "../bytes.js";
import { duplicateWeight, truncatedFile, wtsMalformed } from "../diagnostics.js";
import type { Format, OpenedFile } from "../format.js";
import { wtsWriter } from "./write-wts.js";

/** A digit's hex value by its character code; 255 for other characters. */
const HEX = Uint8Array.from({ length: 256 }, (_, code) => {
  const value = "0123456789abcdef".indexOf(String.fromCharCode(code).toLowerCase());
  return value < 0 ? 255 : value;
});

/** A space and eight digits. */
const VALUE_BYTES = 9;
/** The longest name, and the count and white space around it. */
const LINE_START_BYTES = 1100;
/** Values that are read at a time, unless all are asked for. */
const PIECE_VALUES = 1 << 15;
const MAX_WEIGHTS = 200_000;

/**
 * tensorrtx's text format: the number of weights, then a line for each with its name, its number of elements, and these
 * as big-endian float32 in hexadecimal. Shapes are lost.
 */
export const wts: Format = {
  name: "wts",
  writing: wtsWriter,
  matches: ({ head }) => /^\d{1,6}[ \t]*\r?\n\S+ +\d+( +[0-9a-f]{8}\b| *\r?\n)/i.test(latin1(head)),
  open({ source }): OpenedFile {
    const [first = "", digits = ""] = /^(\d+)[ \t]*\r?\n/.exec(startAt(source, 0)) ?? [];
    const count = Number(digits);
    if (count > MAX_WEIGHTS) throw wtsMalformed(source.name, `${count} weights, the limit is ${MAX_WEIGHTS}`);
    const tensors = new Map<string, LazyTensor>();
    let at = first.length;
    for (let line = 2; line < count + 2; line++) {
      const entry = readLine(source, at, line);
      if (tensors.has(entry.name)) throw duplicateWeight(entry.name);
      tensors.set(entry.name, entry.tensor);
      at = entry.endBytes;
    }
    if (startAt(source, at).trim() !== "") throw wtsMalformed(source.name, `more lines than the ${count} it announces`);
    return { tensors, notes: [], flat: true };
  },
};

const startAt = (source: ByteSource, at: number): string =>
  latin1(source.read(at, Math.min(LINE_START_BYTES, source.size - at)));

/** The values of a line are all of one length: their end is known without reading them. */
function readLine(source: ByteSource, at: number, line: number) {
  const [start, name = "", digits = ""] = /^(\S{1,1024}) +(\d{1,15}) ?(?= |\r?\n|$)/.exec(startAt(source, at)) ?? [];
  if (start === undefined)
    throw wtsMalformed(source.name, `line ${line} does not begin with a name and a number of values`);
  const count = Number(digits);
  // `name 2 aaaaaaaa bbbbbbbb` or, as tensorrtx's scripts write it, with two spaces before the first value.
  const data = at + start.length;
  const end = data + count * VALUE_BYTES;
  if (end > source.size) throw truncatedFile(source.name, `weight ${name} on line ${line}`, end, source.size);
  const rest = /^ *\r?(\n|$)/.exec(startAt(source, end).slice(0, 64));
  if (!rest) throw wtsMalformed(source.name, `line ${line} has not the ${count} values it announces`);
  const values = (start: number, length: number) => readValues(source, name, { data, start, length });
  const tensor: LazyTensor = {
    dtype: "f32",
    shape: [count],
    read: () => ({ dtype: "f32", shape: [count], data: values(0, count) }),
    *pieces() {
      for (let start = 0; start < count; start += PIECE_VALUES)
        yield values(start, Math.min(PIECE_VALUES, count - start));
    },
  };
  return { name, tensor, endBytes: end + rest[0].length };
}

interface ValueRange {
  /** The offset of the weight's first value. */
  readonly data: number;
  readonly start: number;
  readonly length: number;
}

function readValues(source: ByteSource, name: string, { data, start: first, length }: ValueRange): Float32Array {
  const text = source.read(data + first * VALUE_BYTES, length * VALUE_BYTES);
  const words = new Uint32Array(length);
  for (let index = 0; index < length; index++) {
    const start = index * VALUE_BYTES;
    let word = 0;
    let seen = text[start] === 0x20 ? 0 : 255;
    for (let digit = 1; digit < VALUE_BYTES; digit++) {
      const value = HEX[text[start + digit]!]!;
      seen |= value;
      word = (word << 4) | (value & 15);
    }
    if (seen > 15)
      throw wtsMalformed(source.name, `value ${first + index} of ${name} is no hexadecimal number of eight digits`);
    words[index] = word;
  }
  return new Float32Array(words.buffer);
}
