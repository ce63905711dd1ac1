import pc from "picocolors";

interface Stream {
  readonly isTTY?: boolean;
}

/** Colours belong on a terminal. NO_COLOR takes them away, FORCE_COLOR insists: https://no-color.org, https://force-color.org */
export function wantsColors({ isTTY = false }: Stream, environment: NodeJS.ProcessEnv): boolean {
  if (environment["NO_COLOR"]) return false;
  if (environment["FORCE_COLOR"]) return environment["FORCE_COLOR"] !== "0";
  return isTTY && environment["TERM"] !== "dumb";
}

/** For results, on stdout. */
export const out = pc.createColors(wantsColors(process.stdout, process.env));

/** For messages, on stderr. */
export const err = pc.createColors(wantsColors(process.stderr, process.env));
