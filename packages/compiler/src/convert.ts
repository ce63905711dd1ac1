import { type Diagnostic, isFloat, note, warning } from "@yolo-compile/core";
import { isCall, isDict, isList, type PyValue, parseYaml, repr } from "@yolo-compile/network";
import {
  type Checkpoint,
  type EncodedFile,
  type ModelRecord,
  metadataOf,
  type PlainData,
  type WeightsToWrite,
  writeNpz,
  writeSafetensors,
  writeWts,
} from "@yolo-compile/weights";
import { type ConfigText, loadNetwork, networkName } from "./compile.js";
import { unknownExtension } from "./diagnostics.js";

/** Weights to write, and what is written beside them. */
export interface ConvertRequest {
  readonly checkpoint: Checkpoint;
  /** A yaml for weights that carry none. */
  readonly config?: ConfigText;
  /** Hashes the file that is converted; asked last. */
  readonly sha256?: () => string;
  /** Path of the output, whose extension says the format. */
  readonly output: string;
}

/** A file that is ready to be written, and what is in it. */
export interface ConvertedWeights {
  readonly format: string;
  readonly file: EncodedFile;
  readonly weights: number;
  /** Of the file that was converted, where that was asked for. */
  readonly sha256: string | undefined;
  /** Whether the file can be compiled without a yaml beside it. */
  readonly carriesYaml: boolean;
  /** What the format has no place for, and what was noticed. */
  readonly notes: readonly Diagnostic[];
}

interface WeightsFormat {
  readonly name: string;
  readonly write: (weights: WeightsToWrite) => EncodedFile;
  /** What of a checkpoint it cannot hold. */
  readonly losses: (checkpoint: Checkpoint) => readonly Diagnostic[];
}

const SAFETENSORS: WeightsFormat = { name: "safetensors", write: writeSafetensors, losses: () => [] };

/** What can be written, by extension. */
export const WEIGHT_FORMATS: ReadonlyMap<string, WeightsFormat> = new Map([
  [".bin", SAFETENSORS],
  [".safetensors", SAFETENSORS],
  [".npz", { name: "npz", write: writeNpz, losses: npzLosses }],
  [".wts", { name: "wts", write: writeWts, losses: wtsLosses }],
]);

/**
 * A checkpoint as another file. Tensors are read as its chunks are asked for.
 * @throws convert/format, weights/name, yaml/…, yolov5/…
 */
export function convertWeights({ checkpoint, config, sha256, output }: ConvertRequest): ConvertedWeights {
  const [, extension = ""] = /(\.[^./\\]*)$/.exec(output) ?? [];
  const format = WEIGHT_FORMATS.get(extension.toLowerCase());
  if (!format) throw unknownExtension(output, [...WEIGHT_FORMATS.keys()]);
  const named = recorded(checkpoint, config);
  const hash = sha256?.();
  const metadata = metadataOf(named, hash === undefined ? {} : { sha256: hash });
  return {
    format: format.name,
    file: format.write({ tensors: named.tensors, metadata }),
    weights: named.tensors.size,
    sha256: hash,
    carriesYaml: named.model?.yaml !== undefined && format.name !== "wts",
    notes: [...checkpoint.notes, ...replacedYaml(checkpoint, config), ...format.losses(named)],
  };
}

/** With the yaml that is given, and a name that does not change with that of the file. */
function recorded(checkpoint: Checkpoint, config: ConfigText | undefined): Checkpoint {
  if (!config) {
    const { model } = checkpoint;
    return model?.yaml === undefined
      ? checkpoint
      : { ...checkpoint, model: { ...model, name: networkName(checkpoint) } };
  }
  loadNetwork(config, checkpoint); // it is a network
  const { name: _, ...record } = checkpoint.model ?? {};
  const yamlFile = config.file.replace(/^.*[\\/]/, "");
  const model: ModelRecord = { ...record, yaml: toPlain(parseYaml(config.text, config.file)), yamlFile };
  return { ...checkpoint, model };
}

function replacedYaml({ name, model }: Checkpoint, config: ConfigText | undefined): Diagnostic[] {
  if (!config || model?.yaml === undefined) return [];
  return [warning("convert/yaml", `${name} carries a yaml of its own, ${config.file} takes its place`)];
}

/** What a yaml says, as a pickle would. Calls are text in both. */
function toPlain(value: PyValue): PlainData {
  if (value === null || typeof value !== "object") return value;
  if (isList(value)) return value.map(toPlain);
  if (isCall(value)) return repr(value);
  if (!isDict(value)) return value;
  // Without a prototype `__proto__` is a key like any other.
  const dict: Record<string, PlainData> = Object.create(null);
  for (const [key, item] of value) dict[key] = toPlain(item);
  return dict;
}

function npzLosses({ tensors }: Checkpoint): Diagnostic[] {
  const count = [...tensors.values()].filter(({ dtype }) => dtype === "bf16").length;
  return count === 0
    ? []
    : [note("convert/dtype", `NumPy has no bfloat16: ${count} of ${tensors.size} weights are written as float32`)];
}

function wtsLosses({ tensors, model }: Checkpoint): Diagnostic[] {
  const types = [...tensors.values()];
  const [shaped, other] = [
    types.filter(({ shape }) => shape.length !== 1),
    types.filter(({ dtype }) => dtype !== "f32"),
  ];
  const integers = other.filter(({ dtype }) => !isFloat(dtype)).length;
  const facts = [
    model?.yaml !== undefined && "the yaml",
    model?.names && `${model.names.size} class names`,
    model?.stride && "the strides",
    model?.batchNormEps?.size && "the eps of BatchNorms",
  ].filter(Boolean);
  return [
    warning("convert/shapes", `.wts has no shapes: ${shaped.length} of ${types.length} weights become vectors`),
    ...(other.length > 0
      ? [
          note(
            "convert/dtype",
            `.wts is float32: ${other.length} weights of other types (${integers} of integers) are widened`,
          ),
        ]
      : []),
    ...(facts.length > 0
      ? [warning("convert/metadata", `.wts holds weights alone: left out are ${facts.join(", ")}`)]
      : []),
  ];
}
