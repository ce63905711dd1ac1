import { type Diagnostic, warning } from "@yolo-compile/core";
import { isCall, isDict, isList, type ModuleLibrary, type PyValue, parseYaml, repr } from "@yolo-compile/network";
import {
  type Checkpoint,
  type EncodedFile,
  type ModelRecord,
  metadataOf,
  type PlainData,
  WRITABLE_FORMATS,
} from "@yolo-compile/weights";
import { loadNetwork } from "./compile-graphs.js";
import { unknownExtension } from "./diagnostics.js";
import { familyOf } from "./families.js";
import { type ConfigText, networkName, pickledEvidence } from "./read-document.js";

/** A conversion: weights, their metadata and the output. */
export interface ConvertRequest {
  readonly checkpoint: Checkpoint;
  /** A yaml for weights that carry none. */
  readonly config?: ConfigText;
  /** Modules of the user's own that the yaml may name. */
  readonly modules?: ModuleLibrary;
  /** Hashes the file that is converted; asked last. */
  readonly sha256?: () => string;
  /** Path of the output, whose extension gives the format. */
  readonly output: string;
}

/** A file that is ready to be written, with its description. */
export interface ConvertedWeights {
  readonly format: string;
  readonly file: EncodedFile;
  readonly weights: number;
  /** The hash of the source file, where it was asked for. */
  readonly sha256: string | undefined;
  /** Whether the file can be compiled without a yaml beside it. */
  readonly carriesYaml: boolean;
  /** Notes of the reader, and on contents that the format cannot store. */
  readonly notes: readonly Diagnostic[];
}

/**
 * A checkpoint as another file. Tensors are read as its chunks are asked for.
 * @throws convert/format, weights/name, yaml/…, network/…
 */
export function convertWeights({ checkpoint, config, modules, sha256, output }: ConvertRequest): ConvertedWeights {
  const [, extension = ""] = /(\.[^./\\]*)$/.exec(output) ?? [];
  const format = WRITABLE_FORMATS.get(extension.toLowerCase());
  if (!format) throw unknownExtension(output, [...WRITABLE_FORMATS.keys()]);
  const { writing } = format;
  const named = recorded(checkpoint, config, modules);
  const hash = sha256?.();
  const metadata = metadataOf(named, { facts: storedFacts(named), ...(hash !== undefined && { sha256: hash }) });
  return {
    format: format.name,
    file: writing.write({ tensors: named.tensors, metadata }),
    weights: named.tensors.size,
    sha256: hash,
    carriesYaml: named.model?.yaml !== undefined && writing.metadata,
    notes: [...checkpoint.notes, ...replacedYaml(checkpoint, config), ...writing.losses(named)],
  };
}

/** The facts about a checkpoint's weights that its family stores in metadata. */
const storedFacts = (checkpoint: Checkpoint): ReadonlyMap<string, string> =>
  familyOf(pickledEvidence(checkpoint))?.networks.storedFacts?.(checkpoint.tensors) ?? new Map();

/** The checkpoint with the given yaml, and with a name that does not change with that of the file. */
function recorded(
  checkpoint: Checkpoint,
  config: ConfigText | undefined,
  modules: ModuleLibrary | undefined,
): Checkpoint {
  if (!config) {
    const { model } = checkpoint;
    return model?.yaml === undefined
      ? checkpoint
      : { ...checkpoint, model: { ...model, name: networkName(checkpoint) } };
  }
  loadNetwork(config, checkpoint, { modules }); // it is a network
  const { name: _, ...record } = checkpoint.model ?? {};
  const yamlFile = config.file.replace(/^.*[\\/]/, "");
  const model: ModelRecord = { ...record, yaml: toPlain(parseYaml(config.text, config.file)), yamlFile };
  return { ...checkpoint, model };
}

function replacedYaml({ name, model }: Checkpoint, config: ConfigText | undefined): Diagnostic[] {
  if (!config || model?.yaml === undefined) return [];
  return [warning("convert/yaml", `${name} carries a yaml of its own, ${config.file} takes its place`)];
}

/** A yaml's value in the form that a pickle has. Calls are text in both. */
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
