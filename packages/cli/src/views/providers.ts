import type { ProbeResult } from "@yolo-compile/proof";
import Table from "cli-table3";
import { out } from "../colors.js";
import { plainTable, type Terminal } from "../terminal.js";

/** A provider and what its probe found; also its entry in the document of `--json`. */
export type ProviderRow = ProbeResult & { readonly name: string; readonly description: string };

/** One line a provider, and what to do below those that do not work. */
export function printProviders(rows: readonly ProviderRow[], terminal: Terminal): void {
  const table = new Table({
    ...plainTable,
    head: ["provider", "", "ms", ""],
    colAligns: ["left", "left", "right", "left"],
  });
  for (const row of rows) {
    if (row.usable) table.push([row.name, out.green("usable"), row.elapsedMs, row.note ?? row.description]);
    else table.push([row.name, out.dim("not usable"), "", row.reason], ...hintLine(row.hint));
  }
  terminal.print(table.toString());
}

const hintLine = (hint: string | undefined): string[][] => (hint ? [["", "", "", out.dim(hint)]] : []);
