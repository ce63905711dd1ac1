import type { OutputPart } from "@yolo-compile/core";
import { fixedSize, type Value } from "@yolo-compile/ir";
import type { UnnamedLayout } from "../definition.js";
import { strideOf } from "../nn.js";
import type { Scope } from "../trace.js";
import { assembleMasks } from "./assemble-masks.js";
import { noBestOf, noHeadOf, noMasksOf, wrongNames } from "./diagnostics.js";
import { DECODED, type Ending, isOfMaps, type MaskSize, type Suppression } from "./ending.js";
import { boxParts, type SplitBoxes, splitBoxes } from "./split-boxes.js";
import { suppressBoxes } from "./suppress-boxes.js";

/** An output of a network, under the name that it gets unless the user names it. */
export interface NamedOutput {
  readonly name: string;
  readonly value: Value;
  readonly layout: UnnamedLayout;
}

/** The name of the output at a position, as in the YOLO families' own exports. */
const outputName = (index: number): string => `output${index}`;

/**
 * The outputs of a network, in the form that its ending asks for: `outputs` are those of its last row.
 * @throws network/head where the last row has no such form; network/names
 */
export function endNetwork(
  scope: Scope,
  outputs: readonly Value[],
  layouts: readonly UnnamedLayout[],
): readonly NamedOutput[] {
  const made = ownOutputs(scope, outputs, layouts);
  const { outputNames } = scope.trace.options.ending ?? {};
  if (!outputNames) return made;
  if (outputNames.length !== made.length || new Set(outputNames).size !== made.length)
    throw wrongNames(
      outputNames,
      made.map(({ name }) => name),
    );
  return made.map((output, index) => ({ ...output, name: outputNames[index]! }));
}

function ownOutputs(
  scope: Scope,
  outputs: readonly Value[],
  layouts: readonly UnnamedLayout[],
): readonly NamedOutput[] {
  const { ending = DECODED, name } = scope.trace.options;
  if (isOfMaps(ending) && !scope.trace.gaveMaps) throw noHeadOf(name, ending.head);
  if (ending.top !== undefined && !scope.trace.levels) throw noBestOf(name);
  const own = outputs.map((value, index) => ({ name: outputName(index), value, layout: layouts[index]! }));
  if (ending.suppression) return suppressedOutputs(scope, own, ending, ending.suppression);
  return ending.head === "split" ? splitOutputs(scope, own, ending) : own;
}

const columns = (parts: UnnamedLayout["parts"]): UnnamedLayout => ({ axis: 2, parts });

/** Rows of boxes as heads without suppression give them, prototypes or masks if there are any, and the number of rows. */
function suppressedOutputs(
  scope: Scope,
  outputs: readonly NamedOutput[],
  { withParts = false, top, masks }: Ending,
  rules: Suppression,
): readonly NamedOutput[] {
  const [{ value, layout }, ...others] = outputs as readonly [NamedOutput, ...NamedOutput[]];
  const parts = splitBoxes(scope, value, layout, "xyxy");
  const { rows, count } = suppressBoxes(scope, parts, rules);
  const chosen: UnnamedLayout["parts"] = [
    { name: "corners", kind: "pixels", count: 4 },
    { name: "score", kind: "probability", count: 1 },
    { name: "label", kind: "label", count: 1 },
    ...layout.parts.filter(({ name }) => name === "masks"),
  ];
  const counted: UnnamedLayout = { axis: 1, parts: [{ name: "values", kind: "label", count: 1 }] };
  return [
    { name: outputName(0), value: rows, layout: columns(chosen) },
    ...(masks ? [maskOutput(scope, rows, others, masks)] : others),
    { name: "count", value: count, layout: counted },
    ...(withParts && top !== undefined ? [{ name: "rows", value, layout }] : []),
    ...(withParts && top === undefined
      ? splitOutputs(scope, outputs.slice(0, 1), { head: "split", boxes: "xyxy" }, parts)
      : []),
  ];
}

/** The masks of the rows. @throws network/head where there are no prototypes to put them together from */
function maskOutput(scope: Scope, rows: Value, others: readonly NamedOutput[], size: MaskSize): NamedOutput {
  const prototypes = others.find(({ layout }) => layout.parts.some(({ name }) => name === "prototypes"));
  if (!prototypes) throw noMasksOf(scope.trace.options.name);
  scope.trace.maskStride = strideOf(scope, prototypes.value);
  const value = assembleMasks(scope, rows, prototypes.value, size);
  return { name: "masks", value, layout: { axis: 1, parts: [cutouts(fixedSize(rows, 1))] } };
}

const cutouts = (count: number): OutputPart => ({ name: "cutouts", kind: "probability", count });

function splitOutputs(
  scope: Scope,
  outputs: readonly NamedOutput[],
  ending: Ending,
  made?: SplitBoxes,
): readonly NamedOutput[] {
  const [{ value, layout }, ...others] = outputs as readonly [NamedOutput, ...NamedOutput[]];
  const { boxes, scores, coefficients } = made ?? splitBoxes(scope, value, layout, ending.boxes);
  const named = (part: "classes" | "masks") => columns(layout.parts.filter((each) => each.name === part));
  return [
    { name: "boxes", value: boxes, layout: columns(boxParts(ending.boxes)) },
    { name: "scores", value: scores, layout: named("classes") },
    ...(coefficients ? [{ name: "coefficients", value: coefficients, layout: named("masks") }] : []),
    ...others.map((other) => ({ ...other, name: "prototypes" })),
  ];
}
