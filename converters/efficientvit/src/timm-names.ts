import { argumentError, defineModule, type ModuleDefinition, type ModuleLibrary } from "@yolo-compile/network";
import { backbone } from "./backbone.js";
import { TIMM_FEATURES } from "./layout.js";
import { type BackboneSettings, readSettings, settingsArguments, VARIANTS, type Variant } from "./settings.js";

/** Windows of the published sizes, which are made for images of 224x224. */
const WINDOWS = [7, 7, 4];

/** timm's kernels of M0; those of the others are Microsoft's. */
const M0_KERNELS = [5, 5, 5, 5];

/** A variant as timm has it: strides 16, 32, 64, and any map padded to whole windows. */
function timmSettings(name: string, suffix: string, variant: Variant): BackboneSettings {
  const kernels = suffix === "M0" ? M0_KERNELS : variant.kernels;
  const settings = new Map(Object.entries({ ...variant, kernels, window_size: WINDOWS, stem_stride: 16 }));
  const args = settingsArguments([false, 0, false, false, null, settings], name, name);
  return { ...readSettings(args, variant), padsSmallMaps: true };
}

function define(name: string, settings: BackboneSettings): ModuleDefinition {
  return defineModule({
    type: name,
    signature: ["pretrained"],
    plan: ({ args, inputs, module, where }) => {
      if (args.length === 0) throw argumentError(module, "pretrained", undefined, "True or False", where);
      if (inputs[0] !== 3) throw argumentError(module, "in_chans", inputs[0], "an image of 3 channels", where);
      // Only the first argument is looked at.
      return { args: args.slice(0, 1), printed: args, channels: settings.stages.map(({ width }) => width), copies: 1 };
    },
    build: (scope, x) => backbone(scope, x, settings, TIMM_FEATURES),
  });
}

const SETTINGS: ReadonlyMap<string, BackboneSettings> = new Map(
  [...VARIANTS].map(([suffix, variant]) => {
    const name = `efficientvit_${suffix.toLowerCase()}`;
    return [name, timmSettings(name, suffix, variant)];
  }),
);

/** `efficientvit_m0` … `efficientvit_m5`, as timm's features_only gives them; a set of weights may stand behind a dot. */
export const TIMM_NAMES: ModuleLibrary = {
  get(name) {
    const settings = SETTINGS.get(name.replace(/\..*$/, ""));
    return settings && define(name, settings);
  },
  keys: () => SETTINGS.keys(),
};
