import type { NetworkCounts } from "./config.js";
import type { Network, TracedNetwork } from "./network.js";
import { traceNetwork } from "./network.js";
import { repr } from "./python.js";

/** The summary of a model that the YOLO families print. */
export interface Summary extends NetworkCounts {
  readonly rows: readonly SummaryRow[];
  /** The line below the table. */
  readonly line: string;
  readonly strides: readonly number[];
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

/** Counts a network as parse_model and model_info do. */
export function summarizeNetwork(network: Network): Summary {
  const { config, strides } = network;
  const { trace, layers, side } = traceForFlops(network);
  const counts: NetworkCounts = {
    name: config.name,
    layers: trace.modules,
    leaves: trace.modules - trace.containers,
    parameters: trace.parameters,
    gflops: ((trace.macs * 2) / 1e9) * (IMAGE_SIZE / side) ** 2,
  };
  const rows = layers.map((layer) => ({
    index: layer.row,
    from: typeof layer.from === "number" ? String(layer.from) : repr(layer.from),
    repeats: layer.repeats,
    parameters: layer.parameters,
    type: layer.definition.type,
    arguments: repr(layer.plan.args),
  }));
  return { ...counts, rows, line: config.summaryLine(counts), strides };
}

/**
 * The walk that counts FLOPs: of an image of one stride, to be scaled up, as in the YOLO families; where that cannot run,
 * of one of full size.
 */
function traceForFlops(network: Network): TracedNetwork & { side: number } {
  const stride = Math.max(32, ...network.strides);
  for (const side of [stride, IMAGE_SIZE])
    try {
      return { ...traceNetwork(network, { size: [side, side] }), side };
    } catch (error) {
      if (side === IMAGE_SIZE) throw error;
    }
  throw new Error("unreachable");
}

/** The table of parse_model and the line below it, digit for digit. */
export function formatSummary(summary: Summary): string {
  const header = `\n${"".padStart(3)}${"from".padStart(18)}${"n".padStart(3)}${"params".padStart(10)}  ${"module".padEnd(40)}${"arguments".padEnd(30)}`;
  const rows = summary.rows.map(
    (row) =>
      `${String(row.index).padStart(3)}${row.from.padStart(18)}${String(row.repeats).padStart(3)}${String(row.parameters).padStart(10)}  ${row.type.padEnd(40)}${row.arguments.padEnd(30)}`,
  );
  return [header, ...rows, summary.line, ""].join("\n");
}
