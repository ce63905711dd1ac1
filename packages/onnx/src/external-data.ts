import { type ByteSource, bytesSource } from "@yolo-compile/core";
import { overLimit } from "./diagnostics.js";
import type { ReadContext } from "./limits.js";
import { readEntry } from "./read-entry.js";
import { bytesAt, type Place, walkMessage } from "./wire-source.js";

/** The messages of onnx.proto that lead to tensors. */
type Message = "graph" | "node" | "attribute" | "tensor" | "sparse" | "function" | "training";

/** The fields of each message that lead to tensors, by number. */
const CHILDREN = {
  graph: { 1: "node", 5: "tensor", 15: "sparse" },
  node: { 5: "attribute" },
  attribute: { 5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse" },
  sparse: { 1: "tensor", 2: "tensor" },
  function: { 7: "node", 11: "attribute" },
  training: { 1: "graph", 2: "graph" },
  tensor: {},
} as const satisfies Record<Message, Readonly<Record<number, Message>>>;

/** `TensorProto.DataLocation.EXTERNAL` */
const EXTERNAL = 1;

/** The deepest nesting of messages; protobuf's own readers stop at a hundred. */
const DEEPEST = 100;

/** Messages of at most so many bytes are read in one piece. */
const SMALL_BYTES = 1 << 14;

/** The main graph, or another message of the model that may hold tensors. */
export interface Part {
  readonly message: "graph" | "function" | "training";
  readonly place: Place;
}

/**
 * The files that tensors say they lie in, as the model spells them: of initializers, attributes, subgraphs, functions and
 * training graphs. "" where a tensor lies outside and names no file.
 * @throws onnx/malformed, onnx/limit
 */
export function externalLocations(source: ByteSource, parts: readonly Part[], context: ReadContext): readonly string[] {
  const locations = new Set<string>();
  const add = (location: string): void => {
    if (!locations.has(location)) context.keep();
    locations.add(location);
  };
  for (const { message, place } of parts) visit({ file: source, message, place, depth: 0 }, context, add);
  return [...locations];
}

interface Visit {
  readonly file: ByteSource;
  readonly message: Message;
  readonly place: Place;
  readonly depth: number;
}

function visit({ file, message, place, depth }: Visit, context: ReadContext, add: (location: string) => void): void {
  if (depth > DEEPEST) throw overLimit(context.file, "levels of nested messages", DEEPEST);
  if (message === "tensor") {
    for (const location of tensorLocations(file, place, context)) add(location);
    return;
  }
  const near = nearby(file, place, context);
  const handlers = Object.entries<Message>(CHILDREN[message]).map(([number, child]) => [
    number,
    (field: Place) => visit({ file: near.file, message: child, place: field, depth: depth + 1 }, context, add),
  ]);
  walkMessage(near.file, near.place, context, Object.fromEntries(handlers));
}

/** A message as a source and a place: in memory if it is small, else in the file. */
function nearby(file: ByteSource, place: Place, context: ReadContext): Pick<Visit, "file" | "place"> {
  const length = place.endBytes - place.startBytes;
  if (length > SMALL_BYTES) return { file, place };
  return { file: bytesSource(context.file, bytesAt(file, place)), place: { startBytes: 0, endBytes: length } };
}

function tensorLocations(file: ByteSource, place: Place, context: ReadContext): readonly string[] {
  const locations: string[] = [];
  let outside = false;
  walkMessage(file, place, context, {
    13: (entry) => {
      const { key, value } = readEntry(bytesAt(file, entry), context);
      if (key === "location") locations.push(value);
    },
    14: (field) => {
      outside = field.read().integer() === EXTERNAL;
    },
  });
  return outside && locations.length === 0 ? [""] : locations;
}
