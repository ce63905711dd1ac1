import pc from "picocolors";

interface Stream {
  readonly isTTY?: boolean;
}

/** Colours belong on a terminal. NO_COLOR takes them away, FORCE_COLOR insists: https://no-color.org, https://force-color.org */
export function wantsColors({ isTTY = false }: Stream, { NO_COLOR, FORCE_COLOR, TERM }: NodeJS.ProcessEnv): boolean {
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== "0";
  return isTTY && TERM !== "dumb";
}

/** For results, on stdout. */
export const out = pc.createColors(wantsColors(process.stdout, process.env));

/** For messages, on stderr. */
export const err = pc.createColors(wantsColors(process.stderr, process.env));
