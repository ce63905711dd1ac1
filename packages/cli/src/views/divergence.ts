import type { Report } from "@yolo-compile/proof";
import { out } from "../colors.js";
import type { Terminal } from "../terminal.js";
import { line } from "./text.js";

/** Prints the row and the node at which a model of another tool begins to differ. */
export function printDivergence(
  { index, module, where, maxRel, node }: NonNullable<Report["divergence"]>,
  terminal: Terminal,
): void {
  const by = (share: number): string => `by ${share.toExponential(2)} of scale`;
  terminal.print(
    line("bisect", out.red(`row ${index}, ${module} (${where}), is the first that differs: ${by(maxRel)}`)),
  );
  if (node)
    terminal.print(
      line("", `in it, ${node.op} ${node.path} differs from ${node.nearest} of the checkpoint ${by(node.maxRel)}`),
    );
}
