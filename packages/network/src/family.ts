import type { OutputLayout } from "@yolo-compile/core";
import type { ModelConfig, StoredWeights } from "./config.js";
import type { ModuleLibrary } from "./definition.js";
import type { PyValue } from "./python.js";

/** What a model family is: the value that a converter exports. The compiler holds one list of them, the first match wins. */
export interface Family {
  /** As its authors spell it: `YOLOv5`. */
  readonly name: string;
  /** What its yamls may name. Other families' yamls may name them too: a backbone of one under the head of another. */
  readonly modules: ModuleLibrary;
  /** Left out by a family of modules alone. */
  readonly networks?: NetworkFamily;
}

/** A family that has yamls and checkpoints of its own. */
export interface NetworkFamily {
  /** What {@link recognizes} goes by, for the message where no family does: `a yaml with backbone, head and anchors`. */
  readonly looksLike: string;
  /** Whether a document, or a checkpoint, is its own. */
  recognizes(evidence: Evidence): boolean;
  /** @throws yaml/keys, yaml/value, yaml/row where the document, though its own, is wrong */
  readConfig(document: PyValue, name: string): ModelConfig;
  /** What the outputs of somebody's exported model hold; undefined where it is none of this family. */
  outputsOf?(model: ExportedModel): readonly OutputLayout[] | undefined;
  /** What metadata of a converted checkpoint repeat of its weights, for readers that look no further. */
  storedFacts?(stored: StoredWeights): ReadonlyMap<string, string>;
}

/** What a family is recognised by: whatever there is of it. */
export interface Evidence {
  /** A parsed yaml, or the one that a checkpoint carries. */
  readonly document?: PyValue;
  /** Class path of a pickled model: `models.yolo.DetectionModel`. */
  readonly className?: string;
  /** Names and types of a checkpoint's weights. */
  readonly stored?: StoredWeights;
}

/** An exported model as any tool sees it. */
export interface ExportedModel {
  readonly outputs: readonly ExportedOutput[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** A name stands for a size that is free. */
interface ExportedOutput {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}
