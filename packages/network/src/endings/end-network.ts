import type { Value } from "@yolo-compile/ir";
import type { UnnamedLayout } from "../definition.js";
import { noHeadOf } from "../diagnostics.js";
import type { Scope } from "../trace.js";
import { DECODED, type Ending, isOfMaps } from "./ending.js";
import { boxParts, splitBoxes } from "./split-boxes.js";

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
 * @throws network/head where the last row has no such form
 */
export function endNetwork(
  scope: Scope,
  outputs: readonly Value[],
  layouts: readonly UnnamedLayout[],
): readonly NamedOutput[] {
  const { ending = DECODED, name } = scope.trace.options;
  if (isOfMaps(ending) && !scope.trace.gaveMaps) throw noHeadOf(name, ending.head);
  const own = outputs.map((value, index) => ({ name: outputName(index), value, layout: layouts[index]! }));
  return ending.head === "split" ? splitOutputs(scope, own, ending) : own;
}

function splitOutputs(scope: Scope, outputs: readonly NamedOutput[], ending: Ending): readonly NamedOutput[] {
  const [{ value, layout }, ...others] = outputs as readonly [NamedOutput, ...NamedOutput[]];
  const { boxes, scores, coefficients } = splitBoxes(scope, value, layout, ending.boxes);
  const columns = (parts: UnnamedLayout["parts"]): UnnamedLayout => ({ axis: 2, parts });
  const named = (part: "classes" | "masks") => columns(layout.parts.filter((each) => each.name === part));
  return [
    { name: "boxes", value: boxes, layout: columns(boxParts(ending.boxes)) },
    { name: "scores", value: scores, layout: named("classes") },
    ...(coefficients ? [{ name: "coefficients", value: coefficients, layout: named("masks") }] : []),
    ...others.map((other) => ({ ...other, name: "prototypes" })),
  ];
}
