import type { OutputLayout } from "@yolo-compile/core";
import { type CompiledFacts, type ConfigRow, type PyDict, type PyValue, repr } from "@yolo-compile/network";

/** Tasks by the head's module. */
const TASKS: ReadonlyMap<string, string> = new Map([
  ["Detect", "detect"],
  ["v10Detect", "detect"],
  ["Segment", "segment"],
  ["Segment26", "segment"],
  ["Pose", "pose"],
  ["Pose26", "pose"],
  ["OBB", "obb"],
  ["OBB26", "obb"],
  ["Classify", "classify"],
]);

/** The task of a network by its head's module; undefined for other modules. */
export const taskOf = (head: string): string | undefined => TASKS.get(head);

/** The facts that metadata are made from. */
export interface MetadataSource extends CompiledFacts {
  readonly document: PyDict;
  readonly rows: readonly ConfigRow[];
  readonly ch: number;
}

/** True if the boxes of an output are chosen already. */
const isChosen = ({ parts }: OutputLayout): boolean => parts.some(({ name }) => name === "label");

/**
 * The metadata that ultralytics' own export writes for its predictors, as Python prints each value, without author and date. A classifier takes images of any size, which the stride 1 says.
 */
export function metadataOf(source: MetadataSource): ReadonlyMap<string, string> {
  const { strides, names, size, batch, outputs, document, rows, ch, dynamic, openStep = 1 } = source;
  const head = rows.at(-1)?.module ?? "";
  const task = taskOf(head);
  const keypoints = document.get("kpt_shape");
  const entries: (readonly [string, PyValue | undefined])[] = [
    ["stride", task === "classify" ? 1 : Math.max(openStep, ...strides)],
    ["task", task],
    ["head", head],
    ["batch", batch],
    ["imgsz", size],
    ["channels", ch],
    // Its predictors letterbox rectangularly where this says so.
    ["args", dynamic ? new Map([["dynamic", true]]) : undefined],
    ["end2end", outputs.some(isChosen)],
    ["kpt_shape", task === "pose" ? (keypoints ?? [17, 3]) : undefined],
  ];
  return new Map(
    entries.flatMap(([key, value]): [string, string][] =>
      value === undefined ? [] : [[key, typeof value === "string" ? value : repr(value)]],
    ),
  ).set("names", `{${names.map((each, index) => `${index}: ${repr(each)}`).join(", ")}}`);
}
