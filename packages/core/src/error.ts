import { visibleText } from "./visible.js";

/**
 * The cause of an error: the files or options are wrong, a question was answered with no, the machine refuses (a full disk, too
 * many open files), or the program is at fault.
 */
export type Blame = "input" | "verdict" | "system" | "fault";

/** One finding: what was found, what was expected, where, and what to try. `code` is `area/what`. */
export interface Diagnostic {
  readonly code: string;
  readonly severity: "error" | "warning" | "note";
  /** Set on errors only. */
  readonly blame?: Blame;
  readonly message: string;
  /** A place: `backbone[2]`, a file, a weight. */
  readonly where?: string;
  /** Something to try. */
  readonly hint?: string;
  /** Further lines, such as a list of missing weights. */
  readonly details?: readonly string[];
}

/** A diagnostic that ends a run. */
export interface ErrorDiagnostic extends Diagnostic {
  readonly severity: "error";
  readonly blame: Blame;
}

/**
 * The one error type of the project, made by the factories in each package's `diagnostics.ts`. Its blame is `input` unless
 * given.
 */
export class CompileError extends Error {
  override readonly name = "CompileError";
  readonly diagnostic: ErrorDiagnostic;

  constructor(diagnostic: Omit<Diagnostic, "severity">) {
    super(formatDiagnostic(diagnostic));
    this.diagnostic = { blame: "input", ...diagnostic, severity: "error" };
  }
}

/** Whether `error` is a CompileError, across realms and copies of this package. */
export const isCompileError = (error: unknown): error is CompileError =>
  typeof error === "object" &&
  error !== null &&
  "diagnostic" in error &&
  "name" in error &&
  error.name === "CompileError";

/** `code: message - hint (where)`, then the details, one a line; names in it stay text, whatever is in them. */
export function formatDiagnostic(diagnostic: Omit<Diagnostic, "severity">): string {
  const { code, message, hint, where, details = [] } = diagnostic;
  const head = `${code}: ${message}${hint ? ` - ${hint}` : ""}${where ? ` (${where})` : ""}`;
  return [head, ...details.map((line) => `  ${line}`)].map(visibleText).join("\n");
}

/** A finding that needs no action. */
export const note = (code: string, message: string, where?: string): Diagnostic => ({
  code,
  severity: "note",
  message,
  ...(where && { where }),
});

/** A finding that is probably not meant. */
export const warning = (code: string, message: string, where?: string): Diagnostic => ({
  code,
  severity: "warning",
  message,
  ...(where && { where }),
});
