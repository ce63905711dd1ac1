import { type DType, isCompileError } from "@yolo-compile/core";
import { type Graph, OPS, type OpName, type OpSchema } from "@yolo-compile/ir";
import { encodeBytes, OPSETS } from "../index.js";
import { irVersionOf } from "../opsets.js";
import { onnx } from "../proto.js";
import { allSamples } from "./op-samples.js";

/** What an opset changes, against the one before. */
export interface OpsetChange {
  readonly opset: number;
  readonly irVersion: number;
  /** Ops that are written otherwise: `Mish: Mul, Softplus, Tanh -> Mish`. */
  readonly forms: readonly string[];
  /** Element types that ops take from here on: `Conv: bf16`. */
  readonly types: readonly string[];
  /** Values of attributes that come or go: `Pad mode wrap`. */
  readonly values: readonly string[];
}

type Written = NonNullable<ReturnType<typeof onnx.ModelProto.decode>["graph"]>["node"];

/** `Split(2 inputs; axis)`: ops, the number of their inputs and the names of their attributes. */
const formOf = (nodes: Written): string =>
  nodes!
    .map(({ opType, input, attribute }) => {
      const names = attribute!.map(({ name }) => name).join(", ");
      return `${opType}(${input!.length}${names && `; ${names}`})`;
    })
    .join(" ");

/** The form of a sample; "none" at an opset that does not have it. */
function formAt(graph: Graph, opset: number): string {
  try {
    return formOf(onnx.ModelProto.decode(encodeBytes(graph, { opset })).graph!.node);
  } catch (error) {
    if (isCompileError(error) && error.diagnostic.code === "onnx/opset") return "none";
    throw error;
  }
}

const formsAt = (opset: number): ReadonlyMap<string, { readonly op: OpName; readonly form: string }> =>
  new Map([...allSamples()].map(({ op, name, graph }) => [name, { op, form: formAt(graph, opset) }]));

const typesFrom = (opset: number): string[] =>
  Object.entries<OpSchema>(OPS).flatMap(([op, { support }]) => {
    const added = support.types.filter(([from]) => from === opset).flatMap(([, dtypes]): readonly DType[] => dtypes);
    return added.length > 0 ? [`${op}: ${added.join(", ")}`] : [];
  });

const valuesFrom = (opset: number): string[] =>
  Object.entries<OpSchema>(OPS).flatMap(([op, { support }]) =>
    (support.values ?? []).flatMap(({ attribute, value, from, until }) => {
      if (from !== opset && until !== opset - 1) return [];
      return [`${op} ${attribute} ${value}${from === opset ? "" : ", no more"}`];
    }),
  );

/** The changes of every opset but the first, found by writing a sample of each op at each. */
function opsetChanges(): readonly OpsetChange[] {
  const changes: OpsetChange[] = [];
  let before = formsAt(OPSETS.min);
  for (let opset = OPSETS.min + 1; opset <= OPSETS.max; opset++) {
    const now = formsAt(opset);
    const forms = [...now].flatMap(([name, { op, form }]) => {
      const old = before.get(name)!.form; // the samples are the same
      return old === form ? [] : [`${op}: ${old} → ${form}`];
    });
    changes.push({
      opset,
      irVersion: irVersionOf(opset),
      forms: [...new Set(forms)],
      types: typesFrom(opset),
      values: valuesFrom(opset),
    });
    before = now;
  }
  return changes;
}

/** The page docs/opsets.md. */
export function opsetPage(): string {
  const rows = opsetChanges().map(({ opset, irVersion, forms, types, values }) => {
    const changes = [
      ...forms.map((form) => `\`${form}\``),
      ...(types.length > 0 ? [`types: ${types.join("; ")}`] : []),
      ...(values.length > 0 ? [`values: ${values.join("; ")}`] : []),
    ];
    return `| ${opset} | ${irVersion} | ${changes.join("<br>") || "nothing in what is written"} |`;
  });
  return [
    "# Opsets",
    "",
    `\`--opset\` takes ${OPSETS.min} to ${OPSETS.max}; ${OPSETS.default} is written where none is asked for. A test loads and runs every op at each of them in ONNX`,
    "Runtime. The table is made by `node scripts/opset-table.mjs --write` from samples of every op: what is written otherwise than at the",
    "opset before, as ops with the number of their inputs and their attributes, and element types that are new. What an opset does not",
    "have is `onnx/opset`, with the one that has it.",
    "",
    "| Opset | IR version | What changes |",
    "| --- | --- | --- |",
    `| ${OPSETS.min} | ${irVersionOf(OPSETS.min)} | the first |`,
    ...rows,
    "",
  ].join("\n");
}
