import type { OutputLayout } from "@yolo-compile/core";
import type { Value } from "@yolo-compile/ir";
import type { Arguments } from "./arguments.js";
import { argumentError } from "./diagnostics.js";
import { asNumber, type PyDict, type PyValue } from "./python.js";
import type { Scope } from "./trace.js";

/** The state of parse_model at a row. */
export interface PlanContext {
  readonly module: string;
  readonly where: string;
  /** Channels of each source. */
  readonly inputs: readonly number[];
  /** Arguments with names and literals evaluated. */
  readonly args: readonly PyValue[];
  /** Repeats after the depth gain. */
  readonly repeats: number;
  /** Channels, scaled by the width gain of the family. */
  readonly scaledChannels: (wanted: number) => number;
  /** Output channels of a row: scaled, but for those that the family exempts. */
  readonly outputChannels: (wanted: number) => number;
  /** Output channels of the row before, which nn.BatchNorm2d keeps. */
  readonly previousChannels: number;
  /** {@link ModelConfig.settings} */
  readonly settings: PyDict;
}

/** The result of parse_model for a row. */
export interface RowPlan {
  /** The arguments of the module's call. */
  readonly args: readonly PyValue[];
  /** Arguments as the table prints them, where those are others. */
  readonly printed?: readonly PyValue[];
  /** Output channels; a list for a backbone that returns one map a level. */
  readonly channels: number | readonly number[];
  /** Copies in an nn.Sequential; 1 where the module repeats inside. */
  readonly copies: number;
  /** Other arguments that need the same weights but give other strides; taken where a checkpoint records those strides. */
  readonly alternatives?: readonly (readonly PyValue[])[];
}

/** The inputs of a module: one value, or those of all rows that `from` lists. */
type Inputs = "one" | "many";

/** A module of the yaml, written once: its channel rule, its parameters and its nodes. */
interface Definition<Name extends string, Takes extends Inputs> {
  /** The type in the summary table: `models.common.Conv`. */
  readonly type: string;
  /** Names of the planned arguments, in order. */
  readonly signature: readonly Name[];
  /** "many" for a module that joins values; one where left out. */
  readonly inputs?: Takes;
  /** Whether it writes its result over its input, so that later rows read the result there; no where left out. */
  readonly inPlace?: (args: Arguments<Name>) => boolean;
  /** The number of its inputs, the first ones, that are levels of the network: of all where left out. */
  readonly levels?: (inputs: number) => number;
  readonly plan: (context: PlanContext) => RowPlan;
  /** Emits the module. Several values are the levels of a backbone or the outputs of a head. */
  readonly build: (
    scope: Scope,
    input: Takes extends "many" ? readonly Value[] : Value,
    args: Arguments<Name>,
  ) => Value | readonly Value[];
  /** The layout of each output, for a module that a network may end in; `scope` is the one that it was built in. */
  readonly outputs?: (args: Arguments<Name>, scope: Scope) => readonly UnnamedLayout[];
}

/** The layout of a value that has no output name yet. */
export type UnnamedLayout = Omit<OutputLayout, "output">;

/** A module that a yaml may name; {@link defineModule} makes one. */
export type ModuleDefinition = Definition<string, "one"> | (Definition<string, "many"> & { readonly inputs: "many" });

/** Modules by their yaml names. */
export type ModuleTable = ReadonlyMap<string, ModuleDefinition>;

/** Modules by name: a table, or a lookup for names that no table can list. */
export interface ModuleLibrary {
  get(name: string): ModuleDefinition | undefined;
  /** Names for messages; {@link get} may know more. */
  keys(): Iterable<string>;
}

/** Several libraries as one, the first that knows a name wins. */
export const joinLibraries = (libraries: readonly ModuleLibrary[]): ModuleLibrary => ({
  get(name) {
    for (const library of libraries) {
      const found = library.get(name);
      if (found) return found;
    }
    return undefined;
  },
  keys: () => new Set(libraries.flatMap((library) => [...library.keys()])),
});

/** A module whose arguments are read by the names in its signature: a misspelt one does not compile. */
export const defineModule = <const Name extends string, Takes extends Inputs = "one">(
  definition: Definition<Name, Takes>,
): ModuleDefinition => definition as ModuleDefinition; // `Takes` is what `inputs` says

/** A table of definitions by their yaml names, without the names that an object inherits. */
export const moduleTable = (definitions: Readonly<Record<string, ModuleDefinition>>): ModuleTable =>
  new Map(Object.entries(definitions));

/** `args[0]` as the wanted output channels, scaled by the width. */
function scaledChannels(context: PlanContext): number {
  const wanted = asNumber(context.args[0]);
  if (wanted === undefined || !(wanted > 0) || wanted > 1e6)
    throw argumentError(context.module, "c2", context.args[0], "output channels", context.where);
  return context.outputChannels(wanted);
}

/** `[c1, c2, …]`, where c2 is scaled. */
export function planScaled(context: PlanContext): RowPlan {
  const channels = scaledChannels(context);
  return { args: [context.inputs[0]!, channels, ...context.args.slice(1)], channels, copies: context.repeats };
}

/** `[c1, c2, n, …]`: the module repeats inside. */
export function planRepeating(context: PlanContext): RowPlan {
  const { args, channels } = planScaled(context);
  return { args: [...args.slice(0, 2), context.repeats, ...args.slice(2)], channels, copies: 1 };
}

/** Arguments as they are, channels of the input. */
export const planUnchanged = ({ args, inputs, repeats }: PlanContext): RowPlan => ({
  args,
  channels: inputs[0]!,
  copies: repeats,
});
