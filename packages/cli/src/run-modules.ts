import { type FamilyModules, listModules, nearestNames } from "@yolo-compile/compiler";
import { noSuchFamily } from "./diagnostics.js";
import { openTerminal } from "./terminal.js";
import { printModules } from "./views/modules.js";

/** The options of `modules`, as yargs gives them. */
export interface ModulesOptions {
  readonly families: readonly string[] | undefined;
  readonly json: boolean;
}

/** Prints what a yaml may name. @throws usage */
export function runModules({ families = [], json }: ModulesOptions): void {
  const terminal = openTerminal({ json });
  const all = listModules();
  const listed = families.length === 0 ? all : families.map((name) => familyNamed(name, all));
  printModules(listed, terminal);
  terminal.printJson(() => listed);
}

function familyNamed(name: string, all: readonly FamilyModules[]): FamilyModules {
  const found = all.find(({ family }) => family.toLowerCase() === name.toLowerCase());
  if (found) return found;
  const known = all.map(({ family }) => family);
  const near = nearestNames(name, known);
  throw noSuchFamily(name, near.length > 0 ? near : known);
}
