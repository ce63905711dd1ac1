import { type Choice, chooseProvider } from "@yolo-compile/proof";
import type { ProviderOptions } from "./options.js";
import type { Terminal } from "./terminal.js";

/** The provider that the options ask for, with notes on the choice. @throws runtime/… */
export async function chooseFor(options: ProviderOptions, terminal: Terminal): Promise<Choice> {
  const requireGpu = options["require-gpu"];
  terminal.step("looking for providers");
  const choice = await chooseProvider(options.provider ?? (requireGpu ? "auto" : "cpu"), { requireGpu });
  terminal.report(choice.notes);
  return choice;
}
