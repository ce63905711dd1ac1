import type { ProbeResult } from "@yolo-compile/proof";
import { out } from "../colors.js";
import type { Terminal } from "../terminal.js";

/** A provider and the result of its probe; also its entry in the document of `--json`. */
export type ProviderRow = ProbeResult & { readonly name: string; readonly description: string };

/** Prints one line a provider, and advice below those that do not work. */
export function printProviders(rows: readonly ProviderRow[], terminal: Terminal): void {
  const cells = rows.flatMap((row) =>
    row.usable
      ? [[row.name, out.green("usable"), row.elapsedMs, row.note ?? row.description]]
      : [[row.name, out.dim("not usable"), "", row.reason], ...hintLine(row.hint)],
  );
  terminal.table({ head: ["provider", "", "ms", ""], colAligns: ["left", "left", "right", "left"] }, cells);
}

const hintLine = (hint: string | undefined): string[][] => (hint ? [["", "", "", out.dim(hint)]] : []);
