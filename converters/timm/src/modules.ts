import {
  channelsOf,
  defineModule,
  type Family,
  type ModuleDefinition,
  type ModuleLibrary,
  Trace,
} from "@yolo-compile/network";
import { BACKBONES } from "./architectures/index.js";
import type { Backbone } from "./backbone.js";
import { cannotBuild, imageChannels, noArguments } from "./diagnostics.js";
import { refusalOf } from "./refusals.js";

/** The image on which the levels' channels are read off; large enough for every backbone. */
const PROBE = [1, 3, 256, 256];

/** The channels of a backbone's levels. */
function levelChannels(name: string, build: Backbone): readonly number[] {
  const trace = new Trace({ name, imageShape: PROBE });
  return build(trace.root(name), trace.image).map(channelsOf);
}

function define(name: string, build: Backbone): ModuleDefinition {
  let channels: readonly number[] | undefined;
  return defineModule({
    // parse_model prints the name as it stands in the yaml.
    type: name,
    signature: ["pretrained"],
    plan: ({ args, inputs, where }) => {
      if (args.length === 0) throw noArguments(name, where);
      if (inputs[0] !== 3) throw imageChannels(name, inputs[0]!, where);
      channels ??= levelChannels(name, build);
      // Only the first argument is looked at.
      return { args: args.slice(0, 1), printed: args, channels, copies: 1 };
    },
    build: (scope, x, args) => {
      if (args.value("pretrained") === true)
        scope.note("timm/pretrained", "pretrained: timm's weights are not read, those of the checkpoint are");
      return build(scope, x);
    },
  });
}

/** A module whose rows are refused, with the reason. */
const refuse = (name: string, reason: string): ModuleDefinition =>
  defineModule({
    type: name,
    signature: ["pretrained"],
    plan: ({ where }) => {
      throw cannotBuild(name, reason, where);
    },
    build: (_, x) => x,
  });

/** Definitions by name; one may name a set of trained weights behind a dot, which changes nothing: `resnet50.a1_in1k`. */
function library(): ModuleLibrary {
  const known = new Map<string, ModuleDefinition>();
  return {
    get(name) {
      const found = known.get(name);
      if (found) return found;
      const plain = name.replace(/\..*$/, "");
      const build = BACKBONES.get(plain);
      const reason = build ? undefined : refusalOf(plain);
      const made = build ? define(name, build) : reason && refuse(name, reason);
      if (made) known.set(name, made);
      return made || undefined;
    },
    keys: () => BACKBONES.keys(),
  };
}

/** timm's backbones as first rows of a yaml, under the heads of other families. */
export const TIMM: Family = { name: "timm", modules: library() };
