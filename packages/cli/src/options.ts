import { type DynamicAxes, type ModuleLibrary, OPSETS, PIPELINE_NAMES } from "@yolo-compile/compiler";
import { PROVIDERS } from "@yolo-compile/proof";
import type { Argv } from "yargs";
import { usage } from "./diagnostics.js";
import { type EndingOptions, withEnding } from "./ending-options.js";
import { VERIFICATION } from "./help.js";
import { positiveInteger } from "./numbers.js";

/** Options that every command has. */
export const withCommon = (yargs: Argv) =>
  yargs.option("json", { type: "boolean", default: false, describe: "print one JSON document on stdout" });

/** How much a command says. */
export interface LoudnessOptions {
  readonly quiet?: boolean | undefined;
  readonly verbose?: boolean | undefined;
}

/** Adds {@link LoudnessOptions}. */
export const withLoudness = <Options>(yargs: Argv<Options>) =>
  yargs
    .option("quiet", { alias: "q", type: "boolean", describe: "the result in a line, no notes" })
    .option("verbose", { alias: "v", type: "boolean", describe: "each step and its time on stderr" })
    .conflicts("quiet", "verbose");

/** Options of commands that open weights. */
export interface WeightsOptions {
  readonly "allow-suspicious": boolean;
}

/** Adds {@link WeightsOptions}. */
export const withWeights = <Options>(yargs: Argv<Options>) =>
  yargs.option("allow-suspicious", {
    type: "boolean",
    default: false,
    describe: "read weights beside names such as os.system, which are never run",
  });

/** Options of commands that read a yaml. */
export interface YamlOptions {
  readonly modules?: ModuleLibrary | undefined;
  readonly "allow-huge": boolean;
}

/** Adds {@link YamlOptions}: the code that is named runs before the command does. */
export const withYaml = <Options>(yargs: Argv<Options>) =>
  yargs
    .option("modules", {
      type: "string",
      describe: "an ES module of your own that exports modules for the yaml",
      // yargs waits for a promise, its types do not say so.
      coerce: (async (path: string) => (await import("./own-modules.js")).loadModules(path)) as unknown as (
        path: string,
      ) => ModuleLibrary,
    })
    .option("allow-huge", {
      type: "boolean",
      default: false,
      describe: "build a network that is larger than any known one",
    });

/** Options of commands that plan a network: its classes. */
export interface PlanOptions extends YamlOptions {
  readonly nc?: number | undefined;
  readonly names?: string | undefined;
}

/** Adds {@link PlanOptions}. */
export const withPlan = <Options>(yargs: Argv<Options>) =>
  withYaml(yargs)
    .option("nc", { type: "number", describe: "the number of classes, instead of the yaml's" })
    .option("names", { type: "string", describe: "a data yaml with the names of the classes" });

/** Options of commands that compile a network. */
export interface NetworkOptions extends WeightsOptions, PlanOptions, EndingOptions {
  readonly imgsz: readonly (string | number)[];
  readonly batch: number;
  readonly dynamic?: readonly string[] | undefined;
  readonly opset: number;
  readonly passes: string;
  readonly "random-weights"?: number | undefined;
  readonly partial: boolean;
  readonly end2end?: boolean | undefined;
}

/** Adds {@link NetworkOptions}. */
export const withNetwork = <Options>(yargs: Argv<Options>) =>
  withEnding(withPlan(withWeights(yargs)))
    .option("imgsz", { alias: "img", array: true, default: [640], describe: "image height, and width if another" })
    .option("batch", { type: "number", default: 1, describe: "images at a time" })
    .option("dynamic", {
      array: true,
      type: "string",
      describe: "axes to leave open: batch, height, width; height=64 for multiples of 64 pixels",
    })
    .option("opset", {
      type: "number",
      default: OPSETS.default,
      describe: `ONNX opset, ${OPSETS.min} to ${OPSETS.max}`,
    })
    .option("passes", { choices: PIPELINE_NAMES, default: "full", describe: "how much is rewritten" })
    .option("random-weights", { type: "number", describe: "make weights up from this seed" })
    .option("end2end", {
      type: "boolean",
      describe: "end in boxes that need no suppression, where the network has such a head; --no-end2end for the other",
    })
    .option("partial", {
      type: "boolean",
      default: false,
      describe: "take the weights that fit, say which do not, and make up the rest",
    })
    .group(["nc", "names", "modules", "end2end", "random-weights", "partial"], "Network:")
    .group(["imgsz", "batch", "dynamic", "opset", "passes"], "Graph:");

/** Options of commands that may compute on a GPU. */
export interface ProviderOptions {
  readonly provider?: string | undefined;
  readonly "require-gpu": boolean;
  readonly seed: number;
}

/** Adds {@link ProviderOptions}. */
export const withProvider = <Options>(yargs: Argv<Options>) =>
  yargs
    .option("provider", {
      choices: ["auto", ...PROVIDERS.keys()],
      describe: "where verification computes besides the CPU  [default: cpu; auto with --require-gpu]",
    })
    .option("require-gpu", { type: "boolean", default: false, describe: "fail where no GPU computes" })
    .option("seed", { type: "number", default: 1, describe: "seed of the verification's input" })
    .group(["provider", "require-gpu", "seed"], VERIFICATION);

/** Options of commands that verify models whose sizes may be open. */
export interface VerifySizesOptions {
  readonly "verify-sizes"?: readonly string[] | undefined;
}

/** Adds {@link VerifySizesOptions}. */
export const withVerifySizes = <Options>(yargs: Argv<Options>) =>
  yargs.option("verify-sizes", {
    alias: "size",
    type: "string",
    array: true,
    describe: "open sizes to verify: batch=2,height=320,width=256 for each run  [default: three of our choice]",
    group: VERIFICATION,
  });

/** The sets of sizes, `height=320,width=256` each; undefined where none is given. @throws usage */
export function verifySizes(texts: readonly string[] | undefined): readonly ReadonlyMap<string, number>[] | undefined {
  return texts && texts.length > 0 ? texts.map(parseSizes) : undefined;
}

function parseSizes(text: string): ReadonlyMap<string, number> {
  return new Map(
    text.split(",").map((pair) => {
      const [, name, size] = /^(.+)=(\d+)$/.exec(pair.trim()) ?? [];
      if (name === undefined)
        throw usage(`--verify-sizes ${text}: ${pair} is no name=number`, "--verify-sizes height=320,width=256");
      return [name, Number(size)] as const;
    }),
  );
}

/** The open axes, and words up to the next option that are none: files. */
interface DynamicWords {
  readonly dynamic: DynamicAxes;
  readonly rest: readonly string[];
}

/**
 * `batch height=64 width` as open axes. yargs hands over all words up to the next option; those from the first that is no axis
 * on are files.
 * @throws usage
 */
export function dynamicAxes(words: readonly string[] | undefined): DynamicWords {
  if (words === undefined) return { dynamic: {}, rest: [] };
  const axes = words.map((word) => /^(?:(batch)|(height|width)(?:=(\d+))?)$/.exec(word));
  const count = axes.indexOf(null) === -1 ? words.length : axes.indexOf(null);
  if (count === 0)
    throw usage(
      `--dynamic is ${words.join(" ") || "empty"}, expected batch, height or width`,
      "--dynamic batch height width",
    );
  const open = axes.slice(0, count).map((found) => {
    const [, batch, side, step] = found!; // those before `count` are axes
    return [batch ?? side, step === undefined ? true : positiveInteger("dynamic", Number(step))] as const;
  });
  return { dynamic: Object.fromEntries(open), rest: words.slice(count) };
}

/**
 * `640`, `640 480`, `640x480` as height and width. yargs hands over all words up to the next option; those that are no
 * sizes are files.
 * @throws usage
 */
export function imageSize(words: readonly (string | number)[]): {
  readonly size: readonly [number, number];
  readonly rest: readonly string[];
} {
  const isSize = (word: string): boolean => /^\d+([x,]\d+)?$/.test(word);
  const texts = words.map(String);
  const count = texts.findIndex((word) => !isSize(word));
  const sizes = (count === -1 ? texts : texts.slice(0, count)).flatMap((word) => word.split(/[x,]/).map(Number));
  const rest = count === -1 ? [] : texts.slice(count);
  const [height, width = height] = sizes;
  if (height === undefined || width === undefined || sizes.length > 2)
    throw usage(`--imgsz is ${texts.join(" ") || "empty"}, expected a height and perhaps a width`, "--imgsz 640 480");
  return { size: [positiveInteger("imgsz", height), positiveInteger("imgsz", width)], rest };
}
