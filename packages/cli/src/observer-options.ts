import type { Argv } from "yargs";

/** Options that show how the graph is rewritten. */
export interface ObserverOptions {
  readonly "print-ir-after"?: string | undefined;
  readonly "trace-rule"?: string | undefined;
  readonly "time-passes": boolean;
  readonly check: boolean;
}

/** Adds {@link ObserverOptions}. */
export const withObserver = <Options>(yargs: Argv<Options>) =>
  yargs
    .option("print-ir-after", { type: "string", describe: "print the graph after this pass, or after `all`" })
    .option("trace-rule", { type: "string", describe: "say why this rule did not apply, and where" })
    .option("check", { type: "boolean", default: false, describe: "verify the graph after every pass, not once" })
    .option("time-passes", { type: "boolean", default: false, describe: "say what each pass did, in what time" })
    .group(["print-ir-after", "trace-rule", "check", "time-passes"], "Looking inside:");
