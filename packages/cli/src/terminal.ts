import { stripVTControlCharacters } from "node:util";
import { type Diagnostic, formatDiagnostic, visibleJson, visibleText } from "@yolo-compile/compiler";
import { err, rendered, visiblePart } from "./colors.js";
import { formatTable, type TableLayout } from "./table.js";
import { cutText, wrapText } from "./text-width.js";

/**
 * The streams of a command. Results go to stdout, everything else to stderr. Text that is not ours, such as names from
 * files, is written with every character visible: it can neither colour nor move nor begin a line.
 */
export interface Terminal {
  /** One JSON document is the only thing on stdout. */
  readonly json: boolean;
  /** Columns of the terminal that takes the results; no limit where these go elsewhere. */
  readonly width: number;
  /** The result in a line, which `--quiet` leaves; nothing under `--json`. */
  headline(text: string): void;
  /** Lines of the result for people; nothing under `--json` and `--quiet`. */
  print(...lines: readonly string[]): void;
  /** A table of the result, as wide as the terminal at most. */
  table(layout: TableLayout, rows: readonly (readonly (string | number)[])[]): void;
  /** The result for programs, made only under `--json`. */
  printJson(document: () => unknown): void;
  /** Notes and warnings, as they come; warnings only under `--quiet`. */
  report(diagnostics: readonly Diagnostic[]): void;
  /** The current step, shown while it lasts where stderr is a terminal; a line of its own under `--verbose`. */
  step(text: string): void;
  /** Removes the line of the last step. */
  endStep(): void;
}

/** What a terminal is opened with. */
export interface TerminalOptions {
  readonly json: boolean;
  readonly quiet?: boolean | undefined;
  readonly verbose?: boolean | undefined;
}

const PAINT = {
  error: (text: string) => err.red(text),
  warning: (text: string) => err.yellow(text),
  note: (text: string) => err.dim(text),
} as const satisfies Record<Diagnostic["severity"], (text: string) => string>;

/** `error weights/missing: …` in the colour of its severity, ready to be written. */
export const paintDiagnostic = (diagnostic: Diagnostic): string =>
  `${rendered(PAINT[diagnostic.severity](diagnostic.severity))} ${formatDiagnostic(diagnostic)}`;

const CLEAR_LINE = "\r\x1b[2K";

/** Columns where a terminal does not say how many it has. */
const USUAL_WIDTH = 80;

/** The place of what follows a label; see `line`. */
const LABEL = /^.{9} \S/;
const LABEL_INDENT = 10;
const INDENT = 2;

/** Writes to stdout and stderr of this process; `results` takes the lines for people. */
export function openTerminal(
  { json, quiet = false, verbose = false }: TerminalOptions,
  results: NodeJS.WriteStream = process.stdout,
): Terminal {
  const width = results.isTTY ? results.columns || USUAL_WIDTH : Number.POSITIVE_INFINITY;
  const { step, endStep } = stepWriter(quiet, verbose);
  const write = (lines: readonly string[]): void => {
    if (json) return;
    endStep();
    for (const line of lines) results.write(`${rendered(line)}\n`);
  };
  return {
    json,
    width,
    headline: (text) => write(fold(text, width)),
    print: (...lines) => {
      if (!quiet) write(lines.flatMap((line) => fold(line, width)));
    },
    table: (layout, rows) => {
      if (!quiet) write(formatTable(layout, rows, width));
    },
    printJson: (document) => {
      if (json) process.stdout.write(`${visibleJson(document())}\n`);
    },
    report: (diagnostics) => {
      endStep();
      for (const diagnostic of diagnostics)
        if (!quiet || diagnostic.severity !== "note") process.stderr.write(`${paintDiagnostic(diagnostic)}\n`);
    },
    step,
    endStep,
  };
}

/** Lines that a terminal takes without breaking them itself; what follows a label stays beside it. */
function fold(line: string, width: number): readonly string[] {
  const visible = visiblePart(line);
  return wrapText(visible, width, LABEL.test(stripVTControlCharacters(visible)) ? LABEL_INDENT : INDENT);
}

/** One line of stderr, however long the step's text is: what is longer than a terminal cannot be removed again. */
function stepWriter(quiet: boolean, verbose: boolean): Pick<Terminal, "step" | "endStep"> {
  const { stderr } = process;
  const live = stderr.isTTY === true && !quiet && !verbose;
  const room = (stderr.columns || USUAL_WIDTH) - 1;
  return {
    step: (text) => {
      if (live) stderr.write(`${CLEAR_LINE}${rendered(err.dim(cutText(`… ${visibleText(text)}`, room)))}`);
      if (verbose) stderr.write(`${(performance.now() / 1000).toFixed(2).padStart(7)} s  ${visibleText(text)}\n`);
    },
    endStep: () => {
      if (live) stderr.write(CLEAR_LINE);
    },
  };
}
