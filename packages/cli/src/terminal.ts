import { type Diagnostic, formatDiagnostic } from "@yolo-compile/compiler";
import { err } from "./colors.js";

/** Where a command writes. Results go to stdout, everything else to stderr. */
export interface Terminal {
  /** One JSON document is the only thing on stdout. */
  readonly json: boolean;
  /** A line of the result for people; nothing under `--json`. */
  print(line: string): void;
  /** The result for programs, made only under `--json`. */
  printJson(document: () => unknown): void;
  /** Notes and warnings, as they come. */
  report(diagnostics: readonly Diagnostic[]): void;
  /** What is going on, shown while it lasts where stderr is a terminal. */
  step(text: string): void;
  /** Takes the last step's line away. */
  endStep(): void;
}

const PAINT = {
  error: (text: string) => err.red(text),
  warning: (text: string) => err.yellow(text),
  note: (text: string) => err.dim(text),
} as const satisfies Record<Diagnostic["severity"], (text: string) => string>;

/** `error weights/missing: …` in the colour of its severity. */
export const paintDiagnostic = (diagnostic: Diagnostic): string =>
  `${PAINT[diagnostic.severity](diagnostic.severity)} ${formatDiagnostic(diagnostic)}`;

const CLEAR_LINE = "\r\x1b[2K";

/** Writes to stdout and stderr of this process. */
export function openTerminal(json: boolean): Terminal {
  const live = process.stderr.isTTY === true;
  const endStep = (): void => {
    if (live) process.stderr.write(CLEAR_LINE);
  };
  return {
    json,
    print: (line) => {
      if (json) return;
      endStep();
      process.stdout.write(`${line}\n`);
    },
    printJson: (document) => {
      if (json) process.stdout.write(`${JSON.stringify(document(), undefined, 2)}\n`);
    },
    report: (diagnostics) => {
      endStep();
      for (const diagnostic of diagnostics) process.stderr.write(`${paintDiagnostic(diagnostic)}\n`);
    },
    step: (text) => {
      if (live) process.stderr.write(`${CLEAR_LINE}${err.dim(`… ${text}`)}`);
    },
    endStep,
  };
}

const NO_LINES = ["top", "bottom", "mid"].flatMap((line) => [line, `${line}-mid`, `${line}-left`, `${line}-right`]);

/** A table without lines, for cli-table3. */
export const plainTable = {
  chars: {
    ...Object.fromEntries([...NO_LINES, "left", "left-mid", "mid-mid", "right", "right-mid"].map((part) => [part, ""])),
    middle: "  ",
  },
  style: { "padding-left": 0, "padding-right": 0, head: [], border: [], compact: true },
};
