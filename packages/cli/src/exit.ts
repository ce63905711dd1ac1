import type { Blame, ErrorDiagnostic } from "@yolo-compile/compiler";

/** Exit codes of the process; 70 and 74 are EX_SOFTWARE and EX_IOERR of sysexits.h. */
export const EXIT = { fine: 0, verdict: 1, input: 2, fault: 70, system: 74 } as const satisfies Readonly<
  Record<Blame | "fine", number>
>;

/** The exit code after an error. */
export const exitCodeOf = ({ blame }: ErrorDiagnostic): number => EXIT[blame];
