import { CompileError, type Diagnostic } from "@yolo-compile/core";

type Extras = Pick<Diagnostic, "where" | "hint" | "details">;

const fail = (code: string, message: string, extras: Extras = {}): CompileError =>
  new CompileError({ code, message, ...extras });

const note = (code: string, message: string, extras: Extras = {}): Diagnostic => ({
  code,
  severity: "note",
  message,
  ...extras,
});

const FETCH_AGAIN = "the download or copy was cut short or damaged, fetch the file again";
const HOSTILE = "no tool writes such a file by itself: do not trust where it came from";

/** A name from the file, short enough for a message and without control characters. */
export function quote(name: string): string {
  const short = name.length > 120 ? `${name.slice(0, 117)}…` : name;
  return JSON.stringify(short).slice(1, -1).replaceAll('\\"', '"');
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 10).map(quote).join(", ");
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}

/** `weights/format` */
export const emptyFile = (file: string) => fail("weights/format", `${file} is empty`, { hint: FETCH_AGAIN });

/** `weights/format` */
export const unknownFormat = (file: string, sizeBytes: number, start: string, known: readonly string[]) =>
  fail("weights/format", `${file} (${sizeBytes} bytes) starts with ${start}, which is none of: ${known.join(", ")}`, {
    hint: "give a checkpoint saved by torch.save, or a safetensors file",
  });

/** `weights/format` */
export const foreignFormat = (file: string, looksLike: string, hint: string) =>
  fail("weights/format", `${file} looks like ${looksLike}`, { hint });

/** `weights/truncated` */
export function truncatedZip(file: string, sizeBytes: number, last: LastEntry | undefined) {
  const reached = !last
    ? "no entry of it can be made out"
    : last.endBytes !== undefined && last.endBytes > sizeBytes
      ? `the entry ${quote(last.name)} at byte ${last.offsetBytes} reaches to byte ${last.endBytes}`
      : `the last entry that begins in them is ${quote(last.name)} at byte ${last.offsetBytes}, the directory that ends a zip is not among them`;
  return fail(
    "weights/truncated",
    `${file} starts as a zip archive (torch checkpoint) but its end is missing: ${sizeBytes} bytes are here, ${reached}`,
    { hint: FETCH_AGAIN },
  );
}

/** The last entry that begins in a zip whose end is missing. `endBytes` is unknown where sizes come after the data. */
export interface LastEntry {
  readonly name: string;
  readonly offsetBytes: number;
  readonly endBytes: number | undefined;
}

/** `weights/truncated` */
export const truncatedFile = (file: string, what: string, endBytes: number, sizeBytes: number) =>
  fail("weights/truncated", `${file}: ${what} reaches to byte ${endBytes}, the file has ${sizeBytes}`, {
    hint: FETCH_AGAIN,
  });

/** `weights/read` */
export const shortRead = (file: string, offsetBytes: number, wanted: number, got: number) =>
  fail("weights/read", `${file} gave ${got} bytes at byte ${offsetBytes} where ${wanted} were asked for`, {
    hint: "the file changed while it was being read",
  });

/** `weights/closed` */
export const readAfterClose = (file: string) =>
  fail("weights/closed", `${file} was closed, its weights cannot be read any more`, {
    hint: "read what is needed before close()",
  });

/** `weights/sibling` */
export const siblingName = (file: string, name: string) =>
  fail("weights/sibling", `${file} refers to a file ${quote(name)}, which is no plain file name`, { hint: HOSTILE });

/** `weights/sibling` */
export const siblingMissing = (file: string, name: string, why: string) =>
  fail("weights/sibling", `${file} is only an index, its weights are in ${quote(name)}: ${why}`, {
    hint: "put all parts into one directory, or save the weights as a single file",
  });

/** `weights/legacy` */
export const legacyMalformed = (file: string, what: string) =>
  fail("weights/legacy", `${file}: ${what}`, { hint: FETCH_AGAIN });

/** `tar/malformed` */
export const tarMalformed = (file: string, what: string) =>
  fail("tar/malformed", `${file}: ${quote(what)}`, { hint: FETCH_AGAIN });

/** `weights/root` */
export const rootNotUnderstood = (file: string, found: string, details: readonly string[]) =>
  fail("weights/root", `${file} holds ${found}, and no weights were found in it`, {
    hint: "expected a pickled model, a state_dict, or a dict with one of them under ema, model, state_dict or model_state_dict",
    details,
  });

/** `weights/entry` */
export const entryNotUsable = (file: string, entry: string, found: string, keys: readonly string[]) =>
  fail("weights/entry", `${file}: entry ${quote(entry)} was asked for and is ${found}`, {
    hint: `the file has ${keys.slice(0, 20).map(quote).join(", ") || "no entries"}`,
  });

/** `weights/entry`, a note */
export const entryTaken = (entry: string, others: readonly string[]) =>
  note("weights/entry", `weights come from ${entry}; ${others.join(", ")} also present and not used`);

/** `weights/prefix`, a note */
export const prefixRemoved = (prefix: string, count: number) =>
  note("weights/prefix", `the wrapper ${quote(prefix)} was removed from ${count} names`);

/** `weights/stale-cache`, a note */
export const staleCaches = (count: number, paths: readonly string[]) =>
  note("weights/stale-cache", `${count} stale caches \`ab\` ignored (attention_biases are the truth)`, {
    details: paths.slice(0, 10).map(quote),
  });

/** `weights/attribute`, a note */
export const attributeNotUsable = (attribute: string, found: string) =>
  note("weights/attribute", `the model's attribute ${quote(attribute)} is ${found} and was left out`);

/** `weights/ignored`, a note */
export const entriesIgnored = (keys: readonly string[]) =>
  note("weights/ignored", `${keys.length} entries of the state_dict are no tensors`, {
    details: keys.slice(0, 10).map(quote),
  });

/** `weights/module` */
export const moduleMalformed = (path: string, what: string) =>
  fail("weights/module", what, { where: path === "" ? "the model itself" : quote(path), hint: HOSTILE });

/** `weights/limit` */
export const walkLimit = (what: string, limit: number, reason: string) =>
  fail("weights/limit", `${what} exceeds ${limit}`, { hint: reason });

/** `weights/duplicate` */
export const duplicateWeight = (name: string) =>
  fail("weights/duplicate", `two weights are both named ${quote(name)}`, { hint: HOSTILE });

/** `weights/tensor` */
export const tensorMalformed = (where: string, what: string) => fail("weights/tensor", what, { where: quote(where) });

/** `weights/tensor-kind` */
export const tensorRefused = (where: string, callable: string) =>
  fail("weights/tensor-kind", `rebuilt by ${quote(callable)}, which is no plain dense tensor`, {
    where: quote(where),
    hint: "quantised, sparse, nested and meta tensors are not supported: save a plain floating-point model",
  });

/** `weights/tensor-kind` */
export const metadataRefused = (where: string, found: string) =>
  fail("weights/tensor-kind", `stored with the metadata ${quote(found)}, whose effect on its elements is not known`, {
    where: quote(where),
    hint: "save it as it is: tensor.resolve_conj().resolve_neg().clone()",
  });

/** `weights/dtype` */
export const dtypeRefused = (where: string, dtype: string) =>
  fail("weights/dtype", `element type ${quote(dtype)} is not supported`, {
    where: quote(where),
    hint: "cast it before saving: model.float() or model.half()",
  });

/** `weights/storage` */
export const storageMissing = (where: string, key: string) =>
  fail("weights/storage", `storage ${quote(key)} is not in the archive`, { where: quote(where), hint: FETCH_AGAIN });

/** `weights/storage` */
export const storageShort = (where: string, key: string, hasBytes: number, needsBytes: number) =>
  fail("weights/storage", `storage ${quote(key)} has ${hasBytes} bytes, its pickle says ${needsBytes}`, {
    where: quote(where),
    hint: FETCH_AGAIN,
  });

/** `weights/suspicious` */
export const suspiciousNames = (file: string, names: readonly string[]) =>
  fail("weights/suspicious", `${file} names ${listed(names)}, which no checkpoint of a network needs`, {
    hint: "nothing of it was run, and loading the file in Python would: do not trust where it came from; to read its weights all the same, give --allow-suspicious",
  });

/** Another error, with the suspicious names that were found before it. */
export const besideNames = ({ diagnostic }: CompileError, names: readonly string[]): CompileError =>
  new CompileError({
    ...diagnostic,
    details: [...(diagnostic.details ?? []), `it names ${listed(names)}, which no checkpoint of a network needs`],
  });

/** `pickle/malformed` */
export const pickleMalformed = (file: string, offsetBytes: number, what: string) =>
  fail("pickle/malformed", `${file}: at byte ${offsetBytes}, ${what}`, { hint: FETCH_AGAIN });

/** `pickle/opcode` */
export const opcodeRefused = (file: string, offsetBytes: number, opcode: string, why: string) =>
  fail("pickle/opcode", `${file}: opcode ${opcode} at byte ${offsetBytes} ${why}`, {
    hint: "save the weights again with torch.save",
  });

/** `pickle/limit` */
export const pickleLimit = (file: string, offsetBytes: number, what: string, limit: number) =>
  fail("pickle/limit", `${file}: at byte ${offsetBytes}, more than ${limit} ${what}`, {
    hint: "no checkpoint of a network needs that many; a file may be built to exhaust memory",
  });

/** `zip/malformed` */
export const zipMalformed = (file: string, what: string) =>
  fail("zip/malformed", `${file}: ${what}`, { hint: FETCH_AGAIN });

/** `zip/overlap` */
export const zipOverlap = (file: string, first: string, second: string) =>
  fail("zip/overlap", `${file}: entry ${quote(first)} overlaps ${quote(second)}`, { hint: HOSTILE });

/** `zip/duplicate` */
export const zipDuplicate = (file: string, name: string) =>
  fail("zip/duplicate", `${file}: two entries are named ${quote(name)}`, { hint: HOSTILE });

/** `zip/name` */
export const zipName = (file: string, name: string, why: string) =>
  fail("zip/name", `${file}: entry name ${quote(name)} ${why}`, { hint: HOSTILE });

/** `zip/encrypted` */
export const zipEncrypted = (file: string, name: string) =>
  fail("zip/encrypted", `${file}: entry ${quote(name)} is encrypted`, { hint: "unpack it with its password first" });

/** `zip/method` */
export const zipMethod = (file: string, name: string, method: number) =>
  fail("zip/method", `${file}: entry ${quote(name)} is compressed by method ${method}`, {
    hint: "stored (0) and deflate (8) are understood; torch.save stores",
  });

/** `zip/bomb` */
export const zipBomb = (file: string, name: string, compressed: number, size: number, limit: string) =>
  fail(
    "zip/bomb",
    `${file}: entry ${quote(name)} claims ${size} bytes from ${compressed}, over the limit of ${limit}`,
    {
      hint: HOSTILE,
    },
  );

/** `zip/content` */
export const zipContent = (file: string, name: string, what: string) =>
  fail("zip/content", `${file}: entry ${quote(name)} ${what}`, { hint: FETCH_AGAIN });

/** `npy/malformed` */
export const npyMalformed = (file: string, where: string, what: string) =>
  fail("npy/malformed", `${file}: ${what}`, { where: quote(where), hint: FETCH_AGAIN });

/** `wts/malformed` */
export const wtsMalformed = (file: string, what: string) =>
  fail("wts/malformed", `${file}: ${what}`, { hint: FETCH_AGAIN });

/** `safetensors/shard` */
export const shardMissing = (file: string, name: string, shard: string) =>
  fail("safetensors/shard", `${file} says that ${quote(name)} is in ${quote(shard)}, and it is not`, {
    hint: "the parts are of different versions: fetch all of them again",
  });

/** `safetensors/shard` */
export const shardUnlisted = (file: string, name: string, shard: string) =>
  fail("safetensors/shard", `${quote(shard)} holds ${quote(name)}, which ${file} does not list there`, {
    hint: "the parts are of different versions: fetch all of them again",
  });

/** `weights/name` */
export const nameUnwritable = (format: string, name: string, why: string) =>
  fail("weights/name", `a weight named ${quote(name)} cannot be written as ${format}: ${why}`, {
    hint: "rename it, or convert to another format",
  });

/** `wts/range` */
export const wtsRange = (where: string, dtype: string, value: string) =>
  fail("wts/range", `a .wts file holds float32, and the ${dtype} ${value} is none`, {
    where: quote(where),
    hint: "convert to safetensors, which keeps every element type",
  });

/** `weights/metadata` */
export const metadataMalformed = (file: string, key: string, what: string) =>
  fail("weights/metadata", `${file}: its metadata ${quote(key)} ${what}`, { hint: FETCH_AGAIN });

/** `safetensors/header` */
export const safetensorsHeader = (file: string, what: string) =>
  fail("safetensors/header", `${file}: ${what}`, { hint: FETCH_AGAIN });

/** `safetensors/duplicate` */
export const safetensorsDuplicate = (file: string, key: string) =>
  fail("safetensors/duplicate", `${file}: the header has the key ${quote(key)} twice`, { hint: HOSTILE });

/** `safetensors/tensor` */
export const safetensorsTensor = (file: string, name: string, what: string) =>
  fail("safetensors/tensor", `${file}: ${what}`, { where: quote(name), hint: FETCH_AGAIN });
