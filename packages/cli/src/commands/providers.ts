import { PROVIDERS, probeProvider } from "@yolo-compile/proof";
import type { CommandModule } from "yargs";
import { withCommon } from "../options.js";
import { openTerminal } from "../terminal.js";
import { type ProviderRow, printProviders } from "../views/providers.js";

interface ProvidersOptions {
  readonly json: boolean;
}

/** `providers`: runs a small convolution on each. */
export const providersCommand: CommandModule<object, ProvidersOptions> = {
  command: "providers",
  describe: "say which providers compute here, found out by computing, and why others do not",
  builder: (yargs) => withCommon(yargs),
  handler: async ({ json }) => {
    const terminal = openTerminal(json);
    const rows: ProviderRow[] = [];
    for (const provider of PROVIDERS.values()) {
      const { name, description } = provider;
      terminal.step(`${name} computes a small convolution`);
      rows.push({ name, description, ...(await probeProvider(provider)) });
    }
    terminal.endStep();
    printProviders(rows, terminal);
    terminal.printJson(() => rows);
  },
};
