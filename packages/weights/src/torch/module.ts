import { moduleMalformed } from "../diagnostics.js";
import type { WalkBudget } from "../pickle/budget.js";
import { dictEntries, sequenceItems, setItems } from "../pickle/interpret.js";
import { callKey, describe, isRecord, type PickleValue } from "../pickle/value.js";

/** A pickled nn.Module: its class and its `__dict__`. */
export interface PickledModule {
  /** As pickled: `torch.nn.modules.conv.Conv2d`. */
  readonly className: string;
  /** One attribute; `undefined` where it has none of that name. */
  attribute(name: string): PickleValue | undefined;
}

/** A module at its place in the network. */
export interface PlacedModule {
  /** `model.0.conv`; empty for the network itself. */
  readonly path: string;
  readonly module: PickledModule;
}

/** A parameter or buffer of a module, as state_dict would list it. */
export interface PlacedWeight {
  readonly name: string;
  readonly value: PickleValue;
}

/** The module that a value is, or `undefined`: a module has a dict of modules and one of parameters. */
export function moduleOf(value: PickleValue | undefined, budget: WalkBudget): PickledModule | undefined {
  const attributes = stateOf(value, budget);
  if (!attributes) return undefined;
  const attribute = (name: string) => attributes.find((entries) => entries.has(name))?.get(name);
  if (!dictEntries(attribute("_modules"), budget) || !dictEntries(attribute("_parameters"), budget)) return undefined;
  return { className: (callKey(value) ?? "unknown").replace(" ", "."), attribute };
}

/** The attributes of any object: its `__dict__`, or `(__dict__, __slots__)` as some old files have it. */
export function stateOf(
  value: PickleValue | undefined,
  budget: WalkBudget,
): readonly ReadonlyMap<PickleValue, PickleValue>[] | undefined {
  if (!isRecord(value) || value.kind !== "object") return undefined;
  const state = isRecord(value.state) && value.state.kind === "tuple" ? value.state.items.slice(0, 2) : [value.state];
  const dicts = state.map((part) => dictEntries(part, budget)).filter((entries) => entries !== undefined);
  return dicts.length > 0 ? dicts : undefined;
}

/** The submodules by name, in order; None is left out. */
export function childrenOf(
  { path, module }: PlacedModule,
  budget: WalkBudget,
): readonly { readonly name: string; readonly value: PickleValue }[] {
  return named(module.attribute("_modules"), path, budget);
}

/**
 * All modules, each before its children, in state_dict order. A module that is shared appears at each of its places.
 * @throws weights/module on cycles and malformed modules, weights/limit
 */
export function* walkModules(root: PickledModule, budget: WalkBudget): Generator<PlacedModule> {
  yield* walk({ path: "", module: root }, [], budget);
}

function* walk(place: PlacedModule, ancestors: readonly PickleValue[], budget: WalkBudget): Generator<PlacedModule> {
  budget.checkDepth(ancestors.length);
  // Each yield passes through all levels above it.
  budget.spend(1 + ancestors.length);
  yield place;
  for (const { name, value } of childrenOf(place, budget)) {
    const path = budget.checkName(place.path === "" ? name : `${place.path}.${name}`);
    if (ancestors.includes(value)) throw moduleMalformed(path, "a module contains itself");
    const module = moduleOf(value, budget);
    if (!module) throw moduleMalformed(path, `expected a module, found ${describe(value)}`);
    yield* walk({ path, module }, [...ancestors, value], budget);
  }
}

/**
 * The parameters and persistent buffers of one module, in state_dict order; None is left out.
 * @throws weights/module, weights/limit
 */
export function weightsOf({ path, module }: PlacedModule, budget: WalkBudget): PlacedWeight[] {
  const transientItems = setItems(module.attribute("_non_persistent_buffers_set")) ?? [];
  budget.spend(transientItems.length);
  const transient = new Set(transientItems);
  const parameters = named(module.attribute("_parameters"), path, budget);
  const buffers = named(module.attribute("_buffers"), path, budget).filter(({ name }) => !transient.has(name));
  return [...parameters, ...buffers].map(({ name, value }) => ({
    name: budget.checkName(path === "" ? name : `${path}.${name}`),
    value,
  }));
}

function named(value: PickleValue | undefined, path: string, budget: WalkBudget) {
  const entries = dictEntries(value, budget);
  if (!entries && value !== undefined) throw moduleMalformed(path, `expected a dict, found ${describe(value)}`);
  const list: { name: string; value: PickleValue }[] = [];
  for (const [name, item] of entries ?? []) {
    budget.spend();
    if (typeof name !== "string") throw moduleMalformed(path, `a part is named by ${describe(name)}`);
    if (item !== null) list.push({ name, value: item });
  }
  return list;
}

const WRAPPERS: readonly string[] = ["module", "_orig_mod"];

/** The network inside of DataParallel, torch.compile and their like, with the wrappers' names: `module.` */
export function unwrapModule(
  module: PickledModule,
  budget: WalkBudget,
): { readonly module: PickledModule; readonly prefix: string } {
  let current = module;
  let prefix = "";
  for (let depth = 0; ; depth++) {
    budget.checkDepth(depth);
    const place = { path: prefix, module: current };
    const [only, ...others] = childrenOf(place, budget);
    if (!only || others.length > 0 || !WRAPPERS.includes(only.name) || weightsOf(place, budget).length > 0) break;
    const inner = moduleOf(only.value, budget);
    if (!inner) break;
    current = inner;
    prefix += `${only.name}.`;
  }
  return { module: current, prefix };
}

/** Modules of a container, by name, where they are modules. */
export function submodule(module: PickledModule, name: string, budget: WalkBudget): PickledModule | undefined {
  return moduleOf(dictEntries(module.attribute("_modules"), budget)?.get(name), budget);
}

/** An attribute that is a list of ints or one int. */
export function intsOf(value: PickleValue | undefined, budget: WalkBudget): number | readonly number[] | undefined {
  if (typeof value === "number") return value;
  const items = sequenceItems(value);
  budget.spend(items?.length ?? 0);
  return items?.every((item) => typeof item === "number") ? (items as readonly number[]) : undefined; // just checked
}
