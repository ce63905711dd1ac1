import type { Value } from "@yolo-compile/ir";
import type { Arguments, ModuleDefinition, ModuleTable, Scope } from "@yolo-compile/network";
import { backbone } from "./backbone.js";
import { AT, otherStem, readSettings, SIGNATURE, VARIANTS, type Variant } from "./settings.js";

/** Notes on arguments that ask for something which happens elsewhere. */
function noteArguments(scope: Scope, args: Arguments): void {
  const pretrained = args.values[AT.pretrained];
  if (typeof pretrained === "string" && pretrained !== "")
    scope.note(
      "efficientvit/pretrained",
      `pretrained: ${pretrained} is not read, the weights come from the checkpoint alone`,
    );
  if (args.has(AT.fuse) && args.bool(AT.fuse))
    scope.note("efficientvit/fuse", "fuse: BatchNorms are folded by the passes, with their statistics");
}

function define(name: string, variant: Variant): ModuleDefinition {
  return {
    // The hybrid's parse_model prints the name as it stands in the yaml.
    type: name,
    signature: SIGNATURE,
    plan: ({ args, module, where }) => ({
      args,
      channels: readSettings(args, variant, module, where).stages.map(({ width }) => width),
      copies: 1,
      alternatives: otherStem(args, variant),
    }),
    build: (scope, [x], args): readonly Value[] => {
      noteArguments(scope, args);
      return backbone(scope, x!, readSettings(args.values, variant, args.module, args.where));
    },
  };
}

/** `EfficientViT_M0` … `EfficientViT_M5`: backbones that return a list. */
export const EFFICIENTVIT_MODULES: ModuleTable = new Map(
  [...VARIANTS].map(([suffix, variant]) => {
    const name = `EfficientViT_${suffix}`;
    return [name, define(name, variant)];
  }),
);
