import {
  type Arguments,
  defineModule,
  type Family,
  joinLibraries,
  type ModuleDefinition,
  type ModuleTable,
  type Scope,
} from "@yolo-compile/network";
import { backbone } from "./backbone.js";
import { otherStem, readSettings, SIGNATURE, settingsArguments, VARIANTS, type Variant } from "./settings.js";
import { TIMM_NAMES } from "./timm-names.js";

/** Notes on arguments that have no effect here. */
function noteArguments(scope: Scope, args: Arguments<"pretrained" | "fuse">): void {
  const pretrained = args.value("pretrained");
  if (typeof pretrained === "string" && pretrained !== "")
    scope.note(
      "efficientvit/pretrained",
      `pretrained: ${pretrained} is not read, the weights come from the checkpoint alone`,
    );
  if (args.has("fuse") && args.bool("fuse"))
    scope.note("efficientvit/fuse", "fuse: BatchNorms are folded by the passes, with their statistics");
}

function define(name: string, variant: Variant): ModuleDefinition {
  return defineModule({
    // The hybrid's parse_model prints the name as it stands in the yaml.
    type: name,
    signature: SIGNATURE,
    plan: ({ args, module, where }) => {
      const named = settingsArguments(args, module, where);
      const { stages } = readSettings(named, variant);
      return { args, channels: stages.map(({ width }) => width), copies: 1, alternatives: otherStem(named, variant) };
    },
    build: (scope, x, args) => {
      noteArguments(scope, args);
      return backbone(scope, x, readSettings(args, variant));
    },
  });
}

/** `EfficientViT_M0` … `EfficientViT_M5`: backbones that return a list. */
const EFFICIENTVIT_MODULES: ModuleTable = new Map(
  [...VARIANTS].map(([suffix, variant]) => {
    const name = `EfficientViT_${suffix}`;
    return [name, define(name, variant)];
  }),
);

/** EfficientViT as a backbone under the heads of other families, by Microsoft's names and by timm's. */
export const EFFICIENTVIT: Family = {
  name: "EfficientViT",
  modules: joinLibraries([EFFICIENTVIT_MODULES, TIMM_NAMES]),
};
