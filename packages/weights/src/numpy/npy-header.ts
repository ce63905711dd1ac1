import { byteSize, elementCount } from "@yolo-compile/core";
import { decodeUtf8, hasBytes, latin1, viewOf } from "../bytes.js";
import { dtypeRefused, npyMalformed } from "../diagnostics.js";
import { type NumpyDType, parseNumpyDType } from "./dtype.js";

/** The header of a .npy file: the type, shape and order of the elements behind it. */
export interface NpyHeader extends NumpyDType {
  readonly shape: readonly number[];
  readonly columnMajor: boolean;
  /** The offset of the elements. */
  readonly dataBytes: number;
}

/** `\x93NUMPY`, the first bytes of every .npy file. */
export const NPY_SIGNATURE: readonly number[] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** Signature, version, and the length of the header in two bytes (version 1) or four. */
const PREFIX_BYTES = { 1: 10, 2: 12, 3: 12 } as const;
/** As numpy.load: longer headers are attacks on its parser. Ours is a closed grammar, and no header of floats is longer. */
const MAX_HEADER_BYTES = 10_000;
const MAX_RANK = 64;

/** At least as many first bytes as a header can take. */
export const NPY_START_BYTES = 12 + MAX_HEADER_BYTES;

/** The spelling of an array of Python objects: its elements are a pickle. */
const isObjectDescr = (descr: string): boolean => /^[<>|=]?O\d*$/.test(descr);

/**
 * The header of a .npy file, from its first bytes. `where` names the array in messages; `onObjects` is told where the
 * pickle of an array of objects begins, before the array is refused.
 * @throws npy/malformed, weights/dtype
 */
export function readNpyHeader(
  file: string,
  where: string,
  start: Uint8Array,
  onObjects: (startBytes: number) => void = () => {},
): NpyHeader {
  const fail = (what: string) => npyMalformed(file, where, what);
  const version = start[6];
  if (!hasBytes(start, NPY_SIGNATURE) || (version !== 1 && version !== 2 && version !== 3))
    throw fail(`it starts as no .npy of version 1 to 3`);
  const prefixBytes = PREFIX_BYTES[version];
  if (start.length < prefixBytes) throw fail("its header is cut off");
  const view = viewOf(start);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MAX_HEADER_BYTES) throw fail(`a header of ${length} bytes, the limit is ${MAX_HEADER_BYTES}`);
  const dataBytes = prefixBytes + length;
  if (dataBytes > start.length) throw fail("its header is cut off");
  const bytes = start.subarray(prefixBytes, dataBytes);
  const fields = parseDict(version === 3 ? (decodeUtf8(bytes) ?? "") : latin1(bytes));
  const descr = /^'(.*)'$/.exec(fields?.get("descr") ?? "")?.[1];
  const order = fields?.get("fortran_order");
  const shape = parseShape(fields?.get("shape") ?? "");
  if (fields?.size !== 3 || (order !== "True" && order !== "False") || !shape)
    throw fail("its header is not {'descr': …, 'fortran_order': …, 'shape': …}");
  if (descr !== undefined && isObjectDescr(descr)) onObjects(dataBytes);
  const found = parseNumpyDType(descr ?? "");
  if (!found) throw dtypeRefused(where, descr ?? fields.get("descr") ?? "");
  if (!Number.isSafeInteger(elementCount(shape) * byteSize(found.dtype))) throw fail(`a shape of [${shape.join(",")}]`);
  return { ...found, shape, columnMajor: order === "True", dataBytes };
}

const ITEM = /\s*'(\w+)'\s*:\s*('[^']*'|True|False|\([^()]*\)|\[.*\])\s*(,|$)/sy;

/** A dict of names to quoted text, booleans, tuples or lists, as text; `undefined` for anything else, and for a name twice. */
function parseDict(text: string): ReadonlyMap<string, string> | undefined {
  const inner = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1]?.trimEnd();
  if (inner === undefined) return undefined;
  const fields = new Map<string, string>();
  for (let at = 0; at < inner.length; ) {
    ITEM.lastIndex = at;
    const match = ITEM.exec(inner);
    if (!match || fields.has(match[1]!)) return undefined;
    fields.set(match[1]!, match[2]!);
    at = ITEM.lastIndex;
  }
  return fields;
}

/** `(3, 4)`, `(3,)`, `()`; Python 2 wrote `3L`. */
function parseShape(text: string): number[] | undefined {
  const inner = /^\((.*)\)$/s.exec(text)?.[1]?.trim();
  if (inner === undefined) return undefined;
  if (inner === "") return [];
  const sizes = inner.replace(/,$/, "").split(",");
  if (sizes.length > MAX_RANK || !sizes.every((size) => /^\s*\d{1,15}L?\s*$/.test(size))) return undefined;
  return sizes.map((size) => Number.parseInt(size, 10));
}
