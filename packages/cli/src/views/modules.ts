import type { FamilyModules, ModuleGroup } from "@yolo-compile/compiler";
import { out } from "../colors.js";
import type { Terminal } from "../terminal.js";

/** The widest line of names. */
const WIDTH = 72;

/** Names in lines of a readable width. */
function wrapped(names: readonly string[]): string[] {
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 2 + name.length <= WIDTH) lines[lines.length - 1] = `${last}, ${name}`;
    else lines.push(name);
  }
  return lines;
}

const rowsOf = ({ signature, names }: ModuleGroup): string[][] =>
  wrapped(names).map((line, index) => [index === 0 ? signature.join(", ") || "no arguments" : "", line]);

/** Prints a table for each family: arguments, and the modules that take them. */
export function printModules(families: readonly FamilyModules[], terminal: Terminal): void {
  for (const { family, groups } of families) {
    terminal.print("", out.bold(family));
    terminal.table({ head: ["arguments", "modules"] }, groups.flatMap(rowsOf));
  }
}
