import type { Diagnostic, LazyTensor } from "@yolo-compile/core";

/** The weights of a file under their names there, and the file's record of its network. */
export interface Checkpoint {
  /** The name in messages, usually the path. */
  readonly name: string;
  /** `torch-zip`, `safetensors`, … */
  readonly format: string;
  /**
   * state_dict names to tensors, in file order, as the file spells them but for wrappers
   * (`module.` of DataParallel, `_orig_mod.` of torch.compile). A tensor reads exactly the dtype that is stored.
   */
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  /** From a pickled module, or our own metadata: facts that no state_dict holds. */
  readonly model?: ModelRecord;
  /** The `__metadata__` of a safetensors file. */
  readonly metadata?: ReadonlyMap<string, string>;
  /** Shapes are lost, each tensor is a vector of all its elements: tensorrtx's .wts. */
  readonly flat?: boolean;
  /** Tensors are those of a graph: among the weights are constants of its arithmetic, which no state_dict has. */
  readonly ofGraph?: boolean;
  /** Names in its pickles that no checkpoint of a network needs, such as `os.system`. Nothing they name was run. */
  readonly suspicious: readonly string[];
  /** Remarks of the reader: `ema` taken instead of `model`, stale caches ignored, … */
  readonly notes: readonly Diagnostic[];
  /** Frees the underlying file, where there is one. Tensors cannot be read afterwards. */
  close(): void;
}

/** The contents of a pickled model besides its tensors. Everything is optional: old files lack most of it. */
export interface ModelRecord {
  /** The network's name before its file was converted; absent where its yaml's or its own file's name is the name. */
  readonly name?: string;
  /** As pickled: `models.yolo.DetectionModel`. */
  readonly className?: string;
  /** The `yaml` attribute, to be read by the same grammar as a file. */
  readonly yaml?: PlainData;
  /** `yaml_file`, `yolov5n.yaml`. */
  readonly yamlFile?: string;
  /** Class names by index; a pickled list and a pickled dict give the same. */
  readonly names?: ReadonlyMap<number, string>;
  /** Strides of the detection levels, in pixels. */
  readonly stride?: readonly number[];
  /** Rows of the network, in order. */
  readonly layers?: readonly LayerRecord[];
  /** `eps` of each BatchNorm by module path (`model.0.bn`), where the file holds modules. */
  readonly batchNormEps?: ReadonlyMap<string, number>;
  /** Paths of modules that are nn.Identity, as versions of a package build some activations; left out where there are none. */
  readonly identities?: readonly string[];
  /** Key of the top-level dict that was taken: `ema` or `model`. */
  readonly entry?: string;
  /** ISO date, as YOLOv5 writes it. */
  readonly date?: string;
  readonly epoch?: number;
}

/** One row, as recorded in the pickled module. */
export interface LayerRecord {
  /** Index that later rows' `from` refers to; differs from the row's place behind a list-returning backbone. */
  readonly index?: number;
  readonly from?: number | readonly number[];
  /** `models.common.Conv` */
  readonly type?: string;
  /** Whether the module carries `backbone = True`: it returns a list. */
  readonly backbone?: boolean;
}

/** A Python float, kept apart from an int because Python prints `1.0` where an int prints `1`. */
export interface PyFloat {
  readonly pyFloat: number;
}

/**
 * Python data without behaviour. ints are numbers (bigint past 2^53), floats are {@link PyFloat}, tuples are arrays,
 * dicts are objects without a prototype, anything else is the string `<what it is>`.
 */
export type PlainData =
  | null
  | boolean
  | number
  | bigint
  | string
  | PyFloat
  | readonly PlainData[]
  | { readonly [key: string]: PlainData };

/** Whether `data` is a Python float; a dict that merely has a key `pyFloat` has no prototype and is none. */
export const isPyFloat = (data: unknown): data is PyFloat =>
  typeof data === "object" && data !== null && Object.getPrototypeOf(data) !== null && Object.hasOwn(data, "pyFloat");
