import { type ErrorDiagnostic, isCompileError, type OutputLayout, type PartName } from "@yolo-compile/core";
import type { ExportedModel } from "@yolo-compile/network";
import type { Checkpoint } from "@yolo-compile/weights";
import { compileGraphs, findNetwork, type LoadOptions } from "./compile-graphs.js";
import { familyOf, outputsOf } from "./families.js";
import { pickledEvidence } from "./read-document.js";

/** The job of a network: what its outputs hold. */
export type Task = "detect" | "segment" | "pose" | "obb" | "classify";

/** What can be made of a checkpoint by itself. */
export interface Outlook {
  /** `YOLOv5`; undefined where no family knows it. */
  readonly family?: string;
  /** `yolov5s`, with its number of classes. */
  readonly network?: { readonly name: string; readonly classes: number };
  readonly task?: Task;
  /** The reason for which it does not compile alone; undefined where it does. */
  readonly problem?: ErrorDiagnostic;
}

/** Tries to compile a checkpoint without rewriting, and without reading its weights. */
export function outlookOf(checkpoint: Checkpoint, options: LoadOptions = {}): Outlook {
  const guessed = familyOf(pickledEvidence(checkpoint))?.name;
  let known: Outlook = guessed === undefined ? {} : { family: guessed };
  try {
    const { network, family } = findNetwork(undefined, checkpoint, options);
    known = { family, network: { name: network.config.name, classes: network.config.nc } };
    const side = network.config.probeSizes[0]!; // every family has one
    const { outputs } = compileGraphs({ checkpoint, size: [side, side], batch: 1, passes: "none", ...options });
    return { ...known, ...taskIn(outputs) };
  } catch (error) {
    if (!isCompileError(error)) throw error;
    return { ...known, problem: error.diagnostic };
  }
}

/** The task of an exported model, by its outputs and its metadata; undefined where no family recognises them. */
export const exportedTask = (model: ExportedModel): Task | undefined => taskIn(outputsOf(model) ?? []).task;

/** Tasks by the part that only their outputs have, the most telling first. */
const TASKS: readonly (readonly [PartName, Task])[] = [
  ["masks", "segment"],
  ["keypoints", "pose"],
  ["rotation", "obb"],
  ["center", "detect"],
  ["corners", "detect"],
  ["classes", "classify"],
];

function taskIn(outputs: readonly OutputLayout[]): Pick<Outlook, "task"> {
  const names = outputs.flatMap(({ parts }) => parts.map(({ name }) => name));
  const task = TASKS.find(([part]) => names.includes(part))?.[1];
  return task === undefined ? {} : { task };
}
