/** Errors whose reason is the machine, not the command line. */
const PROBLEMS: Readonly<Record<string, string>> = {
  EAGAIN: "there are too many processes",
  EDQUOT: "the user's share of the disk is used up",
  EFBIG: "files of that size are not allowed (ulimit -f)",
  EIO: "the device fails",
  EMFILE: "too many files are open (ulimit -n)",
  ENFILE: "too many files are open on this machine",
  ENOMEM: "there is not enough memory",
  ENOSPC: "the disk is full",
  EPIPE: "nobody reads it any more",
};

/** Node's or the system's code of an error, or the error as text. */
export const errorCode = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error ? String(error.code) : String(error);

/** The machine's refusal in words; undefined for any other error. `problem` is an error, or its code. */
export const systemProblem = (problem: unknown): string | undefined =>
  PROBLEMS[typeof problem === "string" ? problem : errorCode(problem)];
