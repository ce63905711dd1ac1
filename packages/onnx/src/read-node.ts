import { overLimit } from "./diagnostics.js";
import { MOST_INTEGERS, type ReadContext } from "./limits.js";
import { onnx } from "./proto.js";
import { readEntry } from "./read-entry.js";
import { type Field, readMessage } from "./wire.js";

/** A NodeProto. Names are as the file has them; "" is an input or output that is left out. */
export interface NodeRecord {
  readonly name: string;
  readonly op: string;
  /** "" for ONNX's own. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, AttributeRecord>;
  /** Path of the module that it comes from, where torch's exporter says it: `model.6.cv1.conv`. */
  readonly scope?: string;
}

/** The value of an AttributeProto, by its kind. */
export type AttributeRecord =
  | { readonly kind: "int" | "float"; readonly value: number }
  | { readonly kind: "ints" | "floats"; readonly value: readonly number[] }
  | { readonly kind: "string"; readonly value: string }
  /** A TensorProto, unread. */
  | { readonly kind: "tensor"; readonly value: Uint8Array }
  /** A graph, a sparse tensor, a reference to an attribute of a function, …, by its name in ONNX. */
  | { readonly kind: "other"; readonly value: string };

/** @throws onnx/malformed, onnx/limit */
export function readNode(bytes: Uint8Array, context: ReadContext): NodeRecord {
  const text = { 3: "", 4: "", 7: "" };
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, AttributeRecord>();
  let scope: string | undefined;
  const keepName = (list: string[]) => (field: Field) => {
    context.keep();
    list.push(field.text());
  };
  const keepText = (number: keyof typeof text) => (field: Field) => {
    text[number] = field.text();
  };
  readMessage(bytes, context, {
    1: keepName(inputs),
    2: keepName(outputs),
    3: keepText(3),
    4: keepText(4),
    5: (field) => {
      context.keep();
      const { name, value } = readAttribute(field.bytes(), context);
      attributes.set(name, value);
    },
    7: keepText(7),
    9: (field) => {
      scope ??= readScope(field.bytes(), context);
    },
  });
  const domain = text[7] === "ai.onnx" ? "" : text[7];
  return { name: text[3], op: text[4], domain, inputs, outputs, attributes, ...(scope !== undefined && { scope }) };
}

/** The key of the metadata under which torch's exporter lists the modules around a node, outermost first, then the node itself. */
const SCOPES = "pkg.torch.onnx.name_scopes";

function readScope(bytes: Uint8Array, context: ReadContext): string | undefined {
  const { key, value } = readEntry(bytes, context);
  if (key !== SCOPES) return undefined;
  return [...value.matchAll(/'([^']*)'/g)].at(-2)?.[1];
}

interface Content {
  name: string;
  type: number;
  float: number;
  int: number;
  string: string;
  tensor?: Uint8Array;
  readonly floats: number[];
  readonly ints: number[];
  /** The kind of the field that was found, for writers that leave `type` out. */
  seen: AttributeType;
}

type AttributeType = keyof typeof onnx.AttributeProto.AttributeType | "REFERENCE";

const RECORDS: Readonly<Partial<Record<AttributeType, (content: Content) => AttributeRecord>>> = {
  FLOAT: ({ float }) => ({ kind: "float", value: float }),
  INT: ({ int }) => ({ kind: "int", value: int }),
  STRING: ({ string }) => ({ kind: "string", value: string }),
  TENSOR: ({ tensor }) => ({ kind: "tensor", value: tensor ?? new Uint8Array(0) }),
  FLOATS: ({ floats }) => ({ kind: "floats", value: floats }),
  INTS: ({ ints }) => ({ kind: "ints", value: ints }),
};

function readAttribute(bytes: Uint8Array, context: ReadContext): { name: string; value: AttributeRecord } {
  const content: Content = { name: "", type: 0, float: 0, int: 0, string: "", floats: [], ints: [], seen: "UNDEFINED" };
  const seen = (type: AttributeType, read: (field: Field) => void) => (field: Field) => {
    content.seen = type;
    read(field);
  };
  readMessage(bytes, context, {
    1: (field) => {
      content.name = field.text();
    },
    2: seen("FLOAT", (field) => {
      content.float = field.float();
    }),
    3: seen("INT", (field) => {
      content.int = field.integer();
    }),
    4: seen("STRING", (field) => {
      content.string = field.text();
    }),
    5: seen("TENSOR", (field) => {
      content.tensor = field.bytes();
    }),
    7: seen("FLOATS", (field) => {
      for (const value of field.floats()) content.floats.push(value);
    }),
    8: seen("INTS", (field) => {
      for (const value of field.integers()) content.ints.push(value);
      if (content.ints.length > MOST_INTEGERS) throw overLimit(context.file, "integers in a list", MOST_INTEGERS);
    }),
    20: (field) => {
      content.type = field.integer();
    },
    21: seen("REFERENCE", () => {}),
  });
  return { name: content.name, value: recordOf(content) };
}

function recordOf(content: Content): AttributeRecord {
  // protobuf's enums map back from numbers at run time, which their type does not say of other numbers.
  const declared = onnx.AttributeProto.AttributeType[content.type] as AttributeType | undefined;
  const named = declared === undefined || declared === "UNDEFINED" ? content.seen : declared;
  const type = content.seen === "REFERENCE" ? "REFERENCE" : named;
  return RECORDS[type]?.(content) ?? { kind: "other", value: type.toLowerCase() };
}
