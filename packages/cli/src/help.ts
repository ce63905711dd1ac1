import type { Argv } from "yargs";

/** A command line behind `yolo-compile`, and what it does. */
export type Example = readonly [commandLine: string, effect: string];

/**
 * Adds examples below the options: what each does stands above it, so that no column is too narrow. What every command has
 * comes first.
 */
export const withExamples = <Options>(yargs: Argv<Options>, examples: readonly Example[]): Argv<Options> =>
  yargs
    .group([], "Positionals:")
    .group([], "Options:")
    .epilogue(
      ["Examples:", ...examples.flatMap(([line, effect]) => [`  # ${effect}`, `  yolo-compile ${line}`])].join("\n"),
    );

/** The widest that a help is. */
const WIDEST = 100;

/** The width for yargs, which leaves room for what {@link spaced} adds. */
export const helpWidth = (columns = WIDEST): number => Math.min(WIDEST, columns) - 1;

/** A help in which a blank stands before each type: yargs puts it next to a description that fills its line. */
export const spaced = (help: string): string =>
  help.replaceAll(
    /(?<=[^\s[])\[(?=(?:array|boolean|number|string|required|default)\]|choices:|default:|aliases:)/g,
    " [",
  );

/** The title above options of verification. */
export const VERIFICATION = "Verification:";
