import { PROVIDERS, probeProvider } from "@yolo-compile/proof";
import { openTerminal } from "./terminal.js";
import { type ProviderRow, printProviders } from "./views/providers.js";

/** The options of `providers`, as yargs gives them. */
export interface ProvidersOptions {
  readonly json: boolean;
}

/** Runs a small convolution on each provider and prints what comes of it. */
export async function runProviders({ json }: ProvidersOptions): Promise<void> {
  const terminal = openTerminal({ json });
  const rows: ProviderRow[] = [];
  for (const provider of PROVIDERS.values()) {
    const { name, description } = provider;
    terminal.step(`${name} computes a small convolution`);
    rows.push({ name, description, ...(await probeProvider(provider)) });
  }
  terminal.endStep();
  printProviders(rows, terminal);
  terminal.printJson(() => rows);
}
