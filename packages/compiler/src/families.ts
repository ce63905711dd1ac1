import type { OutputLayout, Tensor } from "@yolo-compile/core";
import { EFFICIENTVIT } from "@yolo-compile/efficientvit";
import {
  type DecodedOutput,
  type EndingFacts,
  type Evidence,
  type ExportedModel,
  type Family,
  joinLibraries,
  type ModuleLibrary,
  type NetworkFamily,
  readEnding,
  TORCH_MODULES,
} from "@yolo-compile/network";
import { TIMM } from "@yolo-compile/timm";
import { ULTRALYTICS } from "@yolo-compile/ultralytics";
import { YOLOV5 } from "@yolo-compile/yolov5";
import { YOLOV7 } from "@yolo-compile/yolov7";
import { unknownMaps } from "./diagnostics.js";

/** Every model family, one line each. The first that recognises a yaml or a checkpoint is taken. */
export const FAMILIES: readonly Family[] = [ULTRALYTICS, YOLOV7, YOLOV5, EFFICIENTVIT, TIMM];

/** A family that has networks of its own. */
export type OwningFamily = Family & { readonly networks: NetworkFamily };

const owns = (family: Family): family is OwningFamily => family.networks !== undefined;

/** The families that have yamls and checkpoints of their own. */
export const OWNING_FAMILIES: readonly OwningFamily[] = FAMILIES.filter(owns);

/** The first family that recognises the evidence. */
export const familyOf = (evidence: Evidence): OwningFamily | undefined =>
  OWNING_FAMILIES.find(({ networks }) => networks.recognizes(evidence));

/**
 * The layouts of an exported model's outputs: those that our metadata give, else by the first family that recognises it.
 * @throws network/ending
 */
export function outputsOf(model: ExportedModel): readonly OutputLayout[] | undefined {
  const own = readEnding(model.metadata)?.outputs;
  if (own) return own;
  for (const { networks } of OWNING_FAMILIES) {
    const layouts = networks.outputsOf?.(model);
    if (layouts) return layouts;
  }
  return undefined;
}

/** The decoded outputs that follow from a model's maps, by the family that made them. @throws detect/maps */
export function decodeMaps(facts: EndingFacts, outputs: readonly Tensor[]): readonly DecodedOutput[] {
  for (const { networks } of OWNING_FAMILIES) {
    const decoded = networks.decodeMaps?.(facts, outputs);
    if (decoded) return decoded;
  }
  throw unknownMaps(facts.maps?.family);
}

/** The modules that a family's yaml may name: the user's own, the family's, then those of the others and of torch.nn. */
export const modulesFor = (family: Family, own?: ModuleLibrary): ModuleLibrary =>
  joinLibraries([
    ...(own ? [own] : []),
    family.modules,
    ...FAMILIES.filter((other) => other !== family).map(({ modules }) => modules),
    TORCH_MODULES,
  ]);
