import type { CommandModule } from "yargs";
import { withCommon } from "../options.js";
import type { ModulesOptions } from "../run-modules.js";

/** `modules`: what a yaml may name. */
export const modulesCommand: CommandModule<object, ModulesOptions> = {
  command: "modules [families..]",
  describe: "list what a yaml may name, by family and arguments",
  builder: (yargs) =>
    withCommon(yargs)
      .positional("families", { type: "string", array: true, describe: "families such as YOLOv5 or timm" })
      .example("$0 modules timm", "the backbones that are there by timm's names"),
  handler: async (given) => (await import("../run-modules.js")).runModules(given),
};
