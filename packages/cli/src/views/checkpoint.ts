import { type Checkpoint, elementCount, formatType, plainJson } from "@yolo-compile/compiler";
import { out } from "../colors.js";
import type { Terminal } from "../terminal.js";
import { grouped, line, megabytes, some, tally } from "./text.js";
import { printHealth, type WeightHealth } from "./weight-health.js";

/** The document of `inspect --json` for weights. */
export function checkpointDocument(checkpoint: Checkpoint, bytes: number, { statistics, halfLoss }: WeightHealth) {
  const { name, format, tensors, model, metadata, suspicious, notes } = checkpoint;
  return {
    file: name,
    bytes,
    format,
    model: model && {
      className: model.className ?? null,
      entry: model.entry ?? null,
      date: model.date ?? null,
      epoch: model.epoch ?? null,
      yamlFile: model.yamlFile ?? null,
      yaml: plainJson(model.yaml ?? null),
      names: Object.fromEntries(model.names ?? []),
      stride: model.stride ?? null,
      batchNormEps: distinct(model.batchNormEps),
      layers: model.layers ?? [],
    },
    metadata: Object.fromEntries(metadata ?? []),
    suspicious,
    tensors: [...tensors].map(([tensor, { dtype, shape }]) => ({
      name: tensor,
      dtype,
      shape,
      statistics: statistics.get(tensor) ?? null,
      ...(halfLoss.has(tensor) && { float16: halfLoss.get(tensor) }),
    })),
    notes,
  };
}

const distinct = (eps: ReadonlyMap<string, number> | undefined): number[] => [...new Set(eps?.values() ?? [])];

/** Prints a checkpoint. */
export function printCheckpoint(
  checkpoint: Checkpoint,
  bytes: number,
  health: WeightHealth,
  all: boolean,
  terminal: Terminal,
): void {
  const { name, format, tensors, model, suspicious } = checkpoint;
  const types = tally([...tensors.values()].map(({ dtype }) => dtype)).map(([dtype, count]) => `${count} ${dtype}`);
  const elements = [...tensors.values()].reduce((sum, { shape }) => sum + elementCount(shape), 0);
  terminal.print(line("file", `${name}, ${megabytes(bytes)}, ${format}`));
  terminal.print(line("tensors", `${tensors.size} (${types.join(", ")}), ${grouped(elements)} elements`));
  if (model) printRecord(model, terminal);
  else terminal.print(line("model", "weights alone, without a yaml or names"));
  printHealth(health, terminal);
  if (suspicious.length > 0)
    terminal.print(
      line("danger", out.red(`names that no checkpoint needs, none of them run: ${suspicious.join(", ")}`)),
    );
  if (all) printTensors(tensors, health, terminal);
}

function printRecord(model: NonNullable<Checkpoint["model"]>, terminal: Terminal): void {
  const { className, entry, date, epoch, yamlFile, names, stride, layers, batchNormEps } = model;
  const made = [entry && `entry ${entry}`, date && `of ${date}`, epoch !== undefined && `epoch ${epoch}`].filter(
    Boolean,
  );
  terminal.print(line("model", [className ?? "a pickled module", ...made].join(", ")));
  terminal.print(line("yaml", model.yaml === undefined ? "none" : (yamlFile ?? "inside")));
  if (names) terminal.print(line("names", `${names.size}: ${some([...names.values()], 12)}`));
  if (stride) terminal.print(line("stride", stride.join(", ")));
  if (layers) terminal.print(line("rows", String(layers.length)));
  if (batchNormEps?.size) terminal.print(line("bn eps", distinct(batchNormEps).join(", ")));
}

function printTensors(tensors: Checkpoint["tensors"], { statistics }: WeightHealth, terminal: Terminal): void {
  const rows = [...tensors].map(([name, type]) => {
    const found = statistics.get(name);
    const numbers = found ? [found.min, found.max, found.mean, found.std].map((value) => value.toPrecision(4)) : [];
    return [name, formatType(type), ...numbers];
  });
  const head = ["name", "type", "min", "max", "mean", "std"];
  terminal.table({ head, colAligns: ["left", "left", "right", "right", "right", "right"] }, rows);
}
