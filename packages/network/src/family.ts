import type { OutputLayout, Tensor } from "@yolo-compile/core";
import type { ModelConfig, StoredWeights } from "./config.js";
import type { ModuleLibrary } from "./definition.js";
import type { EndingFacts } from "./endings/ending.js";
import type { PyValue } from "./python.js";

/** A model family: the value that a converter exports. The compiler holds one list of them, the first match wins. */
export interface Family {
  /** Spelled as by its authors: `YOLOv5`. */
  readonly name: string;
  /**
   * The modules that its yamls may name. Other families' yamls may name them too: a backbone of one under the head of
   * another.
   */
  readonly modules: ModuleLibrary;
  /** Left out by a family that has modules only. */
  readonly networks?: NetworkFamily;
}

/** A family that has yamls and checkpoints of its own. */
export interface NetworkFamily {
  /** The evidence of {@link recognizes}, for the message where no family matches: `a yaml with backbone, head and anchors`. */
  readonly looksLike: string;
  /** Whether a document or a checkpoint is of this family. */
  recognizes(evidence: Evidence): boolean;
  /** @throws yaml/keys, yaml/value, yaml/row where the document, though its own, is wrong */
  readConfig(document: PyValue, name: string): ModelConfig;
  /** The yaml of all scales that a yaml's path stands for where there is no such file; undefined where it names no scale. */
  withoutScale?(path: string): string | undefined;
  /** The layouts of the outputs of an exported model; undefined where it is not of this family. */
  outputsOf?(model: ExportedModel): readonly OutputLayout[] | undefined;
  /**
   * The decoded outputs that follow from maps, which are all outputs in order, perhaps with more behind them; undefined where
   * they are not of this family.
   * @throws detect/maps where they are damaged
   */
  decodeMaps?(facts: EndingFacts, outputs: readonly Tensor[]): readonly DecodedOutput[] | undefined;
  /** Its networks that have names of their own. */
  readonly named?: NamedNetworks;
  /** Facts about the weights that the metadata of a converted checkpoint repeat, for readers that look no further. */
  storedFacts?(stored: StoredWeights): ReadonlyMap<string, string>;
}

/** Networks whose yamls are built in. */
export interface NamedNetworks {
  /** `yolov5s`, `yolov5s-seg`, … */
  readonly names: readonly string[];
  /** The text of a network's yaml; undefined for other names. */
  yaml(name: string): string | undefined;
  /** The networks that stored weights may be of, by a glance at names and shapes, the likeliest first. */
  guess(stored: StoredWeights): readonly NetworkGuess[];
}

/** A named network, and its number of classes. */
export interface NetworkGuess {
  readonly name: string;
  readonly nc: number;
}

/** The evidence by which a family is recognised; absent parts are not known. */
export interface Evidence {
  /** A parsed yaml, or the one that a checkpoint carries. */
  readonly document?: PyValue;
  /** Class path of a pickled model: `models.yolo.DetectionModel`. */
  readonly className?: string;
  /** Names and types of a checkpoint's weights. */
  readonly stored?: StoredWeights;
}

/** An output of the family's own form, with its layout. */
export interface DecodedOutput {
  readonly tensor: Tensor;
  readonly layout: OutputLayout;
}

/** An exported model, of whatever tool. */
export interface ExportedModel {
  readonly outputs: readonly ExportedOutput[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** An output; a name in its shape is a dynamic size. */
interface ExportedOutput {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}
