import type { Network, TracedNetwork } from "./network.js";
import { traceNetwork } from "./network.js";
import { repr } from "./python.js";

/** What YOLOv5 prints about a model. */
export interface Summary {
  readonly name: string;
  readonly rows: readonly SummaryRow[];
  /** `len(list(model.modules()))` */
  readonly layers: number;
  readonly parameters: number;
  /** Twice the multiply-accumulates of a 640x640 image, in 1e9. */
  readonly gflops: number;
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

/** Counts a network as YOLOv5's parse_model and model_info do. */
export function summarize(network: Network): Summary {
  const { trace, layers, side } = traceForFlops(network);
  return {
    name: network.config.name,
    rows: layers.map((layer) => ({
      index: layer.row,
      from: typeof layer.from === "number" ? String(layer.from) : repr(layer.from),
      repeats: layer.repeats,
      parameters: layer.parameters,
      type: layer.definition.type,
      arguments: repr(layer.plan.args),
    })),
    layers: trace.modules,
    parameters: trace.parameters,
    gflops: ((trace.macs * 2) / 1e9) * (IMAGE_SIZE / side) ** 2,
    strides: network.strides,
  };
}

/** YOLOv5 profiles an image of one stride and scales up; networks that cannot run it are profiled at full size. */
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

/** YOLOv5's table and its summary line, digit for digit. */
export function formatSummary(summary: Summary): string {
  const header = `\n${"".padStart(3)}${"from".padStart(18)}${"n".padStart(3)}${"params".padStart(10)}  ${"module".padEnd(40)}${"arguments".padEnd(30)}`;
  const rows = summary.rows.map(
    (row) =>
      `${String(row.index).padStart(3)}${row.from.padStart(18)}${String(row.repeats).padStart(3)}${String(row.parameters).padStart(10)}  ${row.type.padEnd(40)}${row.arguments.padEnd(30)}`,
  );
  return [header, ...rows, summaryLine(summary), ""].join("\n");
}

/** The line below the table; every parameter counts as one with a gradient. */
export const summaryLine = ({ name, layers, parameters, gflops }: Summary): string =>
  `${name} summary: ${layers} layers, ${parameters} parameters, ${parameters} gradients, ${gflops.toFixed(1)} GFLOPs`;
