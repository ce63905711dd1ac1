import type { ComparedLayer, LayerRow, Report, Tolerance } from "../report.js";
import { dataTable, type TableRow } from "./data-table.js";
import { formatCount, formatError, formatNumber, formatShape, formatTolerance, plural } from "./figures.js";
import { layerId, layerPlot } from "./layer-plot.js";
import { marginText } from "./margin.js";
import { outcomeLabel, outcomeOf } from "./mark.js";
import type { Markup } from "./markup.js";
import { disclosure, type Section } from "./section.js";

/** The error after each yaml row. */
export function layersSection({ layers }: Report): Section | undefined {
  if (!layers) return undefined;
  const compared = layers.rows.filter((row): row is ComparedLayer => row.status === "compared");
  const good = compared.filter(({ ok }) => ok).length;
  return {
    id: "layers",
    title: "Error per layer",
    tile: {
      label: "Layers alike",
      value: `${formatCount(good)} of ${formatCount(compared.length)}`,
      outcome: compared.length === 0 ? "skipped" : outcomeOf(good === compared.length),
    },
    lead: leadText(layers.rows, compared, layers.tolerance, `${layers.input}, ${layers.provider}`),
    body: [layerPlot(layers), disclosure("All figures", layerTable(layers.rows))],
  };
}

function leadText(rows: readonly LayerRow[], compared: readonly ComparedLayer[], { relative }: Tolerance, on: string) {
  const covered = `${compared.length} of ${plural(rows.length, "yaml row")} compared on ${on}.`;
  const first = compared.find(({ ok }) => !ok);
  if (first)
    return `${covered} The first beyond the tolerance is row ${first.index}, ${first.module} (${first.where}), with ${formatError(first.maxRel)} of scale; ${formatTolerance(relative)} is allowed.`;
  const worst = [...compared].sort((left, right) => right.maxRel - left.maxRel)[0];
  return worst
    ? `${covered} The largest error is ${formatError(worst.maxRel)} of scale, in row ${worst.index}, ${worst.module}: ${marginText(worst.maxRel, { relative })}.`
    : covered;
}

const layerTable = (rows: readonly LayerRow[]): Markup =>
  dataTable({
    caption: "Each yaml row: how far its outputs are apart, and what the reference has there",
    columns: [
      { label: "Row" },
      { label: "Module" },
      { label: "Shape" },
      { label: "Of scale", kind: "figure" },
      { label: "Absolute", kind: "figure" },
      { label: "Mean", kind: "figure" },
      { label: "Std", kind: "figure" },
      { label: "Min", kind: "figure" },
      { label: "Max", kind: "figure" },
      { label: "Result" },
    ],
    rows: rows.map(layerCells),
  });

function layerCells(row: LayerRow): TableRow {
  const subject = [`${row.index} ${row.where}`, row.module, row.shapes.map(formatShape).join(", ")];
  if (row.status === "uncovered")
    return {
      id: layerId(row),
      cells: [...subject, "", "", "", "", "", "", [outcomeLabel("skipped", "not compared"), `: ${row.reason}`]],
    };
  const { maxRel, maxAbs, statistics, nonFinite, ok } = row;
  const sick = nonFinite > 0 && `, ${plural(nonFinite, "element")} not finite`;
  return {
    id: layerId(row),
    failed: !ok,
    cells: [
      ...subject,
      formatError(maxRel),
      formatError(maxAbs),
      ...[statistics.mean, statistics.std, statistics.min, statistics.max].map(formatNumber),
      [outcomeLabel(outcomeOf(ok)), sick],
    ],
  };
}
