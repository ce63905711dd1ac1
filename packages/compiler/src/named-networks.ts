import { isCompileError } from "@yolo-compile/core";
import { NETWORK_LIMITS, type NetworkGuess, type PyValue, parseYaml, planNetwork } from "@yolo-compile/network";
import type { Checkpoint } from "@yolo-compile/weights";
import { familyOf, modulesFor, OWNING_FAMILIES, type OwningFamily } from "./families.js";
import { holdsWeights } from "./holds-weights.js";
import { withClasses } from "./set-classes.js";
import { spellNames } from "./spell-names.js";

/** Names of all networks whose yamls are built in. */
export const networkNames = (): readonly string[] =>
  OWNING_FAMILIES.flatMap(({ networks }) => [...(networks.named?.names ?? [])]);

/** The yaml of a network with a name of its own, `yolov5s` or `yolov5s.yaml`; undefined for other names. */
export function namedYaml(name: string): { readonly file: string; readonly text: string } | undefined {
  const stem = name.replace(/\.ya?ml$/, "");
  for (const { networks } of OWNING_FAMILIES) {
    const text = networks.named?.yaml(stem);
    if (text !== undefined) return { file: `${stem}.yaml`, text };
  }
  return undefined;
}

/** The yamls that may stand for one which does not exist: those of all scales of a network. */
export const yamlsWithoutScale = (path: string): readonly string[] =>
  OWNING_FAMILIES.flatMap(({ networks }) => networks.withoutScale?.(path) ?? []);

/** A named network that a checkpoint's weights fit, all of them. */
export interface RecognizedNetwork extends NetworkGuess {
  readonly family: OwningFamily;
  /** Its yaml, with the number of classes. */
  readonly document: PyValue;
}

/** The named network that a checkpoint's weights are of, by names and shapes; undefined where there is none. */
export function recognizeNetwork(
  checkpoint: Checkpoint,
  evidence: Parameters<typeof familyOf>[0],
): RecognizedNetwork | undefined {
  const first = familyOf(evidence);
  const families = [...(first ? [first] : []), ...OWNING_FAMILIES.filter((each) => each !== first)];
  for (const family of families)
    for (const guess of family.networks.named?.guess(checkpoint.tensors) ?? []) {
      const text = family.networks.named?.yaml(guess.name);
      if (text === undefined) continue;
      const document = withClasses(parseYaml(text, guess.name), guess.nc);
      if (fits(family, document, guess.name, checkpoint)) return { ...guess, family, document };
    }
  return undefined;
}

function fits(family: OwningFamily, document: PyValue, name: string, checkpoint: Checkpoint): boolean {
  try {
    const config = family.networks.readConfig(document, name);
    const network = planNetwork(config, modulesFor(family), NETWORK_LIMITS);
    const side = config.probeSizes[0]!; // every family has one
    const { tensors, expected } = spellNames(network, checkpoint, { size: [side, side], batch: 1 });
    return holdsWeights(tensors, expected);
  } catch (error) {
    if (isCompileError(error)) return false;
    throw error;
  }
}
