import { formatType, nearestWeight, type WeightMatch } from "@yolo-compile/compiler";
import { out } from "../colors.js";
import type { Terminal } from "../terminal.js";
import { line } from "./text.js";

function nearestTo(name: string, candidates: readonly string[]): string {
  const near = nearestWeight(name, candidates);
  return near ? `nearest is ${near}` : "";
}

/** The most rows that are listed unless all are asked for. */
const LISTED = 24;

/** The match of weights with a yaml, in the document of `inspect --json`. */
export function fitDocument(config: string, match: WeightMatch) {
  const { used, missing, wrongShape, extra, notNeeded, fallbacks, suggestion } = match;
  const extraNames = extra.map(({ name }) => name);
  return {
    config,
    fits: match.fits,
    used: used.length,
    missing: missing.map(({ name, dtype, shape }) => ({
      name,
      dtype,
      shape,
      nearest: nearestWeight(name, extraNames) ?? null,
    })),
    wrongShape: wrongShape.map(({ name, found, expected }) => ({ name, found: found.shape, expected: expected.shape })),
    extra: extra.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
    notNeeded,
    fromYaml: fallbacks,
    suggestion: suggestion ?? null,
  };
}

/** Prints the match of weights with a yaml. */
export function printFit(config: string, match: WeightMatch, all: boolean, terminal: Terminal): void {
  const { used, missing, wrongShape, extra, notNeeded, suggestion } = match;
  const verdict = match.fits ? out.green("fits") : out.red("does not fit");
  const counts = [
    `${used.length} used`,
    `${missing.length} missing`,
    `${wrongShape.length} of another shape`,
    `${extra.length} extra`,
    `${notNeeded.length} not needed`,
  ];
  terminal.print(line("fit", `${verdict} ${config}: ${counts.join(", ")}`));
  if (suggestion) terminal.print(line("try", suggestion));
  if (match.fits) return;
  const extraNames = extra.map(({ name }) => name);
  const rows = [
    ...wrongShape.map((each) => ["shape", each.name, formatType(each.found), formatType(each.expected), ""]),
    ...missing.map((weight) => ["missing", weight.name, "", formatType(weight), nearestTo(weight.name, extraNames)]),
    ...extra.map((weight) => ["extra", weight.name, formatType(weight), "", ""]),
  ];
  const shown = all ? rows : rows.slice(0, LISTED);
  terminal.table({ head: ["", "name", "in the file", "in the yaml", ""] }, shown);
  if (shown.length < rows.length)
    terminal.print(line("", `… and ${rows.length - shown.length} more: --tensors lists them`));
}
