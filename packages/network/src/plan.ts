import type { ConfigRow, ModelConfig } from "./config.js";
import type { ModuleDefinition, ModuleLibrary, RowPlan } from "./definition.js";
import { emptySlot, forwardReference, inputCountError, listOutput, noHead, unknownModule } from "./diagnostics.js";
import { parseLiteral } from "./literal.js";
import { isCall, type PyDict, type PyValue } from "./python.js";

/** One row with its module found, its arguments evaluated and its sources resolved. */
export interface PlannedLayer {
  readonly where: string;
  /** The index in the yaml, which the table prints and state_dict names use. */
  readonly row: number;
  /** The index of its output, which later rows' `from` refers to. */
  readonly slot: number;
  /** `from` as written. */
  readonly from: number | readonly number[];
  /** Slots of the inputs; -1 is the image. */
  readonly sources: readonly number[];
  /** Repeats after the depth gain, as the table prints them. */
  readonly repeats: number;
  readonly module: string;
  readonly definition: ModuleDefinition;
  readonly plan: RowPlan;
}

/** The number of slots that a list-returning backbone fills, with empty ones in front. */
const BACKBONE_SLOTS = 5;

const NO_SETTINGS: PyDict = new Map();

/** Output channels by slot; 0 is a slot that the backbone leaves empty. */
interface Slots {
  readonly channels: number[];
}

/**
 * The rows as parse_model reads them, channel rules included, with the index shift behind a backbone that returns a
 * list.
 * @throws network/module, network/from, network/argument, network/backbone
 */
export function planLayers(config: ModelConfig, modules: ModuleLibrary): PlannedLayer[] {
  if (config.rows.length === 0) throw noHead(config.name);
  const slots: Slots = { channels: [] };
  const layers: PlannedLayer[] = [];
  let previousChannels = config.ch;
  config.rows.forEach((row, index) => {
    const definition = modules.get(row.module) ?? modules.get(row.module.replace(/^torch\./, ""));
    if (!definition) throw unknownModule(row.module, modules.keys(), row.where);
    const sources = resolveSources(row, slots, definition);
    const repeats = config.gainedRepeats(row.number);
    const plan = definition.plan({
      module: row.module,
      where: row.where,
      inputs: sources.map((slot) => (slot === -1 ? config.ch : slots.channels[slot]!)),
      args: row.args.map((value) => evaluate(value, config)),
      repeats,
      scaledChannels: (wanted) => config.scaledChannels(wanted),
      outputChannels: (wanted) => config.outputChannels(wanted),
      previousChannels,
      settings: config.settings ?? NO_SETTINGS,
    });
    if (typeof plan.channels === "number") {
      slots.channels.push(plan.channels);
      previousChannels = plan.channels;
    } else {
      fillSlots(slots, plan.channels, index, row.where);
      previousChannels = plan.channels.at(-1)!;
    }
    const { where, from, module } = row;
    const slot = slots.channels.length - 1;
    layers.push({ where, row: index, slot, from, sources, repeats, module, definition, plan });
  });
  return layers;
}

/** The number of empty slots in front of the levels of a list-returning backbone. */
export const emptySlots = (levels: number): number => Math.max(0, BACKBONE_SLOTS - levels);

function fillSlots(slots: Slots, channels: readonly number[], row: number, where: string): void {
  if (row !== 0) throw listOutput(where);
  slots.channels.push(...Array<number>(emptySlots(channels.length)).fill(0), ...channels);
}

function resolveSources(row: ConfigRow, { channels }: Slots, { inputs }: ModuleDefinition): number[] {
  const count = channels.length;
  const given = typeof row.from === "number" ? [row.from] : row.from;
  const sources = given.map((from) => {
    if (count === 0 && from === -1) return -1;
    const slot = from < 0 ? from + count : from;
    if (slot < 0 || slot >= count) throw forwardReference(from, count, row.where);
    if (channels[slot] === 0)
      throw emptySlot(
        slot,
        [...channels.keys()].filter((index) => channels[index] !== 0),
        row.where,
      );
    return slot;
  });
  if (sources.length === 1 || inputs === "many") return sources;
  throw inputCountError(row.module, sources.length, "one", row.where);
}

/** An argument under parse_model's `eval`; a text that is no expression stays a text. */
function evaluate(value: PyValue, { names, literalArguments = false }: ModelConfig): PyValue {
  if (typeof value !== "string") return value;
  const result = parseLiteral(value, names);
  const stays = result === undefined || (isCall(result) && (literalArguments || !result.call.startsWith("nn.")));
  return stays ? value : result;
}
