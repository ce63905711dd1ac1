import type { CommandModule } from "yargs";
import { type Example, withExamples } from "../help.js";
import { withCommon } from "../options.js";
import type { ModulesOptions } from "../run-modules.js";

const EXAMPLES: readonly Example[] = [
  ["modules", "what a yaml may name, of every family"],
  ["modules timm", "the backbones that are there by timm's names"],
];

/** `modules`: what a yaml may name. */
export const modulesCommand: CommandModule<object, ModulesOptions> = {
  command: "modules [families..]",
  describe: "list what a yaml may name, by family and arguments",
  builder: (yargs) =>
    withCommon(withExamples(yargs, EXAMPLES)).positional("families", {
      type: "string",
      array: true,
      describe: "families such as YOLOv5 or timm",
    }),
  handler: async (given) => (await import("../run-modules.js")).runModules(given),
};
