import { type Diagnostic, formatDiagnostic, visibleJson } from "@yolo-compile/compiler";
import { err, rendered } from "./colors.js";

/**
 * The streams of a command. Results go to stdout, everything else to stderr. Text that is not ours, such as names from
 * files, is written with every character visible: it can neither colour nor move nor begin a line.
 */
export interface Terminal {
  /** One JSON document is the only thing on stdout. */
  readonly json: boolean;
  /** Lines of the result for people; nothing under `--json`. */
  print(...lines: readonly string[]): void;
  /** The result for programs, made only under `--json`. */
  printJson(document: () => unknown): void;
  /** Notes and warnings, as they come. */
  report(diagnostics: readonly Diagnostic[]): void;
  /** The current step, shown while it lasts where stderr is a terminal. */
  step(text: string): void;
  /** Removes the line of the last step. */
  endStep(): void;
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

/** Writes to stdout and stderr of this process; `results` takes the lines for people. */
export function openTerminal(json: boolean, results: NodeJS.WriteStream = process.stdout): Terminal {
  const live = process.stderr.isTTY === true;
  const endStep = (): void => {
    if (live) process.stderr.write(CLEAR_LINE);
  };
  return {
    json,
    print: (...lines) => {
      if (json) return;
      endStep();
      for (const line of lines) results.write(`${rendered(line)}\n`);
    },
    printJson: (document) => {
      if (json) process.stdout.write(`${visibleJson(document())}\n`);
    },
    report: (diagnostics) => {
      endStep();
      for (const diagnostic of diagnostics) process.stderr.write(`${paintDiagnostic(diagnostic)}\n`);
    },
    step: (text) => {
      if (live) process.stderr.write(`${CLEAR_LINE}${rendered(err.dim(`… ${text}`))}`);
    },
    endStep,
  };
}
