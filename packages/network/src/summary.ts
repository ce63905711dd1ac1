import { evaluateSize } from "@yolo-compile/core";
import type { NetworkCounts, TableWidths } from "./config.js";
import type { Network, TracedNetwork } from "./network.js";
import { traceNetwork } from "./network.js";
import { repr } from "./python.js";

/** The summary of a model that the YOLO families print. */
export interface Summary extends NetworkCounts {
  readonly rows: readonly SummaryRow[];
  /** The line below the table. */
  readonly line: string;
  readonly strides: readonly number[];
  readonly widths: TableWidths;
}

/** One line of the table; `repeats` is after the depth gain, `arguments` as Python prints them. */
export interface SummaryRow {
  readonly index: number;
  readonly from: string;
  readonly repeats: number;
  readonly parameters: number;
  readonly type: string;
  readonly arguments: string;
}

const IMAGE_SIZE = 640;

/** YOLOv5's. */
const WIDTHS: TableWidths = { from: 18, module: 40 };

/** Counts a network as parse_model and model_info do. */
export function summarizeNetwork(network: Network): Summary {
  const { config, strides } = network;
  const { trace, layers, side } = traceForFlops(network);
  const counts: NetworkCounts = {
    name: config.name,
    layers: trace.modules,
    leaves: trace.modules - trace.containers,
    parameters: trace.parameters,
    gradients: trace.parameters - trace.frozen,
    gflops: ((evaluateSize(trace.macs, new Map()) * 2) / 1e9) * (IMAGE_SIZE / side) ** 2,
  };
  const rows = layers.map((layer) => ({
    index: layer.row,
    from: typeof layer.from === "number" ? String(layer.from) : repr(layer.from),
    repeats: layer.repeats,
    parameters: layer.parameters,
    type: layer.definition.type,
    arguments: repr(layer.plan.printed ?? layer.plan.args),
  }));
  return { ...counts, rows, line: config.summaryLine(counts), strides, widths: config.tableWidths ?? WIDTHS };
}

/**
 * The walk that counts FLOPs: of an image of one stride, to be scaled up, as thop 0.1.1 is used; where that cannot run,
 * of one of full size.
 */
function traceForFlops(network: Network): TracedNetwork & { side: number } {
  const small = network.config.profiler === "thop 2" ? [] : [Math.max(32, ...network.strides)];
  for (const side of [...small, IMAGE_SIZE])
    try {
      return { ...traceNetwork(network, { size: [side, side] }), side };
    } catch (error) {
      if (side === IMAGE_SIZE) throw error;
    }
  throw new Error("unreachable");
}

/** The table of parse_model and the line below it, digit for digit. */
export function formatSummary(summary: Summary): string {
  const { from, module } = summary.widths;
  const header = `\n${"".padStart(3)}${"from".padStart(from)}${"n".padStart(3)}${"params".padStart(10)}  ${"module".padEnd(module)}${"arguments".padEnd(30)}`;
  const rows = summary.rows.map(
    (row) =>
      `${String(row.index).padStart(3)}${row.from.padStart(from)}${String(row.repeats).padStart(3)}${String(row.parameters).padStart(10)}  ${row.type.padEnd(module)}${row.arguments.padEnd(30)}`,
  );
  return [header, ...rows, summary.line, ""].join("\n");
}
