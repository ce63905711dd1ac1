import type { ModuleDefinition, ModuleTable } from "./definition.js";
import { noDefinition, noModules } from "./diagnostics.js";

/**
 * Modules of the user's own: an object or a Map of definitions by yaml name. `file` is for messages.
 * @throws network/modules, network/definition
 */
export function ownModules(exported: unknown, file: string): ModuleTable {
  const entries = entriesOf(exported);
  if (!entries) throw noModules(file, describe(exported));
  if (entries.length === 0) throw noModules(file, "empty");
  for (const [name, definition] of entries) {
    const problem = problemOf(definition);
    if (problem) throw noDefinition(file, String(name), problem);
  }
  return new Map(entries as [string, ModuleDefinition][]); // just checked
}

function entriesOf(value: unknown): readonly (readonly [unknown, unknown])[] | undefined {
  if (value instanceof Map) return [...value];
  return isRecord(value) && !Array.isArray(value) ? Object.entries(value) : undefined;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

const describe = (value: unknown): string =>
  value === null || value === undefined ? String(value) : Array.isArray(value) ? "a list" : `a ${typeof value}`;

/** The first problem of a definition; undefined where it is complete. */
function problemOf(definition: unknown): string | undefined {
  if (!isRecord(definition)) return `it is ${describe(definition)}, expected what defineModule gives`;
  const { type, signature, inputs, plan, build, outputs } = definition;
  if (typeof type !== "string") return `its type is ${describe(type)}, expected a text such as models.own.CBAM`;
  if (!Array.isArray(signature) || !signature.every((name) => typeof name === "string"))
    return `its signature is ${describe(signature)}, expected a list of names`;
  if (inputs !== undefined && inputs !== "one" && inputs !== "many") return 'its inputs are neither "one" nor "many"';
  if (typeof plan !== "function") return `its plan is ${describe(plan)}, expected a function`;
  if (typeof build !== "function") return `its build is ${describe(build)}, expected a function`;
  return outputs === undefined || typeof outputs === "function" ? undefined : "its outputs are no function";
}
