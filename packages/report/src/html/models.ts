import type { ModelFacts, Report } from "../report.js";
import { type Column, dataTable, type TableRow } from "./data-table.js";
import { formatBytes, formatChange, formatCount, formatNumber, plural } from "./figures.js";
import { html, type Markup } from "./markup.js";
import type { Section } from "./section.js";

/** Size, nodes, parameters and ops of the models. */
export function modelsSection({ models }: Report): Section | undefined {
  const candidate = models.find(({ role }) => role === "candidate");
  const reference = models.find(({ role }) => role === "reference");
  if (!candidate) return undefined;
  return {
    id: "models",
    title: reference ? "The models side by side" : "The model",
    tile: { label: "Nodes", value: reference ? arrow(reference.nodes, candidate.nodes) : formatCount(candidate.nodes) },
    lead: reference
      ? `${plural(reference.nodes, "node")} of ${reference.name}, ${formatCount(candidate.nodes)} of ${candidate.name}.`
      : `${plural(candidate.nodes, "node")} of ${candidate.name}.`,
    body: html`<div class="pair">${factTable(reference, candidate)}${opTable(reference, candidate)}</div>`,
  };
}

const arrow = (from: number, to: number): string =>
  from === to ? formatCount(to) : `${formatCount(from)} → ${formatCount(to)}`;

interface Fact {
  readonly label: string;
  readonly of: (model: ModelFacts) => number | undefined;
  readonly format: (value: number) => string;
}

const FACTS: readonly Fact[] = [
  { label: "Size", of: ({ bytes }) => bytes, format: formatBytes },
  { label: "Parameters", of: ({ parameters }) => parameters, format: formatCount },
  { label: "GFLOPs", of: ({ gflops }) => gflops, format: formatNumber },
  { label: "Nodes", of: ({ nodes }) => nodes, format: formatCount },
  { label: "Opset", of: ({ opset }) => opset, format: formatCount },
];

function factTable(reference: ModelFacts | undefined, candidate: ModelFacts): Markup {
  const known = FACTS.filter(({ of }) => of(candidate) !== undefined || (reference && of(reference) !== undefined));
  const rows = known.map(({ label, of, format }) =>
    compareRow(label, reference && { value: of(reference) }, of(candidate), format),
  );
  return dataTable({ caption: "Figures", columns: columnsOf("Figure", reference), rows });
}

/** The count of every op in both models; a dash where one has none. */
function opTable(reference: ModelFacts | undefined, candidate: ModelFacts): Markup {
  const [before, after] = [new Map(reference?.ops), new Map(candidate.ops)];
  const ops = [...new Set([...before.keys(), ...after.keys()])];
  const rows = ops.map((op) =>
    compareRow(op, reference && { value: before.get(op) ?? 0 }, after.get(op) ?? 0, formatCount),
  );
  return dataTable({ caption: "Ops, the most frequent first", columns: columnsOf("Op", reference), rows });
}

const columnsOf = (label: string, reference: ModelFacts | undefined): readonly Column[] => [
  { label },
  ...(reference
    ? [
        { label: "Reference", kind: "figure" } as const,
        { label: "Candidate", kind: "figure" } as const,
        { label: "Change", kind: "figure" } as const,
      ]
    : [{ label: "Candidate", kind: "figure" } as const]),
];

function compareRow(
  label: string,
  reference: { readonly value: number | undefined } | undefined,
  candidate: number | undefined,
  format: (value: number) => string,
): TableRow {
  const show = (value: number | undefined): string => (value === undefined || value === 0 ? "–" : format(value));
  if (!reference) return { cells: [label, show(candidate)] };
  const { value } = reference;
  const known = value !== undefined && candidate !== undefined;
  const changed = known && value !== candidate;
  const difference = known ? formatChange(value, candidate, format) : "";
  return {
    cells: [
      label,
      show(value),
      show(candidate),
      html`<span class="${changed ? "changed" : "quiet"}">${difference}</span>`,
    ],
  };
}
