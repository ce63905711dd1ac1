import type { CommandModule } from "yargs";
import { type Example, withExamples } from "../help.js";
import { withCommon } from "../options.js";
import type { ProvidersOptions } from "../run-providers.js";

const EXAMPLES: readonly Example[] = [["providers", "what computes here"]];

/** `providers`: runs a small convolution on each. */
export const providersCommand: CommandModule<object, ProvidersOptions> = {
  command: "providers",
  describe: "say which providers compute here, found out by computing, and why others do not",
  builder: (yargs) => withCommon(withExamples(yargs, EXAMPLES)),
  handler: async (given) => (await import("../run-providers.js")).runProviders(given),
};
