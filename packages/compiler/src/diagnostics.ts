import { CompileError, type Diagnostic, formatType, isFloat, type TensorType } from "@yolo-compile/core";
import { type Family, isDict, type NetworkFamily, type PyValue } from "@yolo-compile/network";
import type { Checkpoint } from "@yolo-compile/weights";
import { nearestWeight } from "./nearest-weight.js";

/** The most lines of a list; the count is always given. */
const LISTED = 12;

const listed = <T>(items: readonly T[], line: (item: T) => string): string[] => {
  const more = items.length > LISTED ? [`… and ${items.length - LISTED} more`] : [];
  return [...items.slice(0, LISTED).map(line), ...more];
};

/** A stored weight whose shape is not the one that the network needs. */
export interface Misfit {
  readonly name: string;
  readonly found: TensorType;
  readonly expected: TensorType;
}

/** The differences between a checkpoint and the weights that a network needs. */
export interface MisfitReport {
  readonly checkpoint: string;
  readonly missing: readonly TensorNamed[];
  readonly extra: readonly TensorNamed[];
  readonly wrongShape: readonly Misfit[];
  /** Notes of the network's modules. */
  readonly notes: readonly Diagnostic[];
  /** A change of the yaml that would fit: `nc 80, width_multiple 0.5`. */
  readonly suggestion?: string;
}

/** The type of a weight under its state_dict name. */
export interface TensorNamed extends TensorType {
  readonly name: string;
}

/** One error for everything that does not fit, nearest names first. */
export function weightsMisfit(report: MisfitReport): CompileError {
  const { checkpoint, missing, extra, wrongShape, notes, suggestion } = report;
  const counts = [
    missing.length > 0 && `${missing.length} missing`,
    wrongShape.length > 0 && `${wrongShape.length} of another shape`,
    extra.length > 0 && `${extra.length} that the yaml has no place for`,
  ].filter(Boolean);
  const extraNames = extra.map(({ name }) => name);
  const code = missing.length > 0 ? "weights/missing" : wrongShape.length > 0 ? "weights/shape" : "weights/extra";
  return new CompileError({
    code,
    message: `the weights in ${checkpoint} do not fit the yaml: ${counts.join(", ")}`,
    hint: suggestion ?? "is this checkpoint for another yaml?",
    details: [
      ...listed(
        wrongShape,
        (each) => `${each.name} is ${formatType(each.found)}, the yaml needs [${each.expected.shape.join(",")}]`,
      ),
      ...listed(missing, (each) => `missing ${each.name} ${formatType(each)}${nearby(each.name, extraNames)}`),
      ...listed(extra, (each) => `unused ${each.name} ${formatType(each)}`),
      ...notes.flatMap((each) => [`note: ${each.message}`, ...(each.details ?? []).map((line) => `  ${line}`)]),
    ],
  });
}

/** Advice for weights of a network with another head. */
export const otherHead = (found: string, wanted: string): string =>
  `these weights have the head ${found}, the yaml ends in ${wanted}: give a yaml that ends in ${found}, or leave it out`;

/** Advice for weights of a single row. */
export const rowAlone = (where: string, module: string): string =>
  `these are weights of ${module} (${where}) alone: give those of the whole model, or --random-weights 1 as well for the rest`;

const nearby = (name: string, candidates: readonly string[]): string => {
  const near = nearestWeight(name, candidates);
  return near ? `, nearest is ${near}` : "";
};

/** For weights without a yaml, given alone; `family` is the one that their names tell. */
export const noConfig = (checkpoint: Checkpoint | undefined, family: Family | undefined): CompileError => {
  const { name = "the input", format = "none", model } = checkpoint ?? {};
  return new CompileError({
    code: "compile/no-yaml",
    message: `${name} (${format}${model?.className ? `, ${model.className}` : ""}) carries no yaml of its own`,
    hint: `give the yaml first${family ? `, these are weights of ${family.name}` : ""}: yolo-compile model.yaml weights.pt`,
  });
};

/** What is said of a family whose yamls are not recognised. */
type Described = Pick<Family, "name"> & { readonly networks: Pick<NetworkFamily, "looksLike"> };

/** For a yaml that none of the families recognises. */
export const unknownFamily = (file: string, document: PyValue, families: readonly Described[]): CompileError => {
  const found = isDict(document) ? [...document.keys()].slice(0, 12).join(", ") || "no keys" : "no mapping";
  return new CompileError({
    code: "compile/family",
    message: `${file} is the yaml of no family that is known here: it has ${found}`,
    details: families.map(({ name, networks }) => `${name}: ${networks.looksLike}`),
  });
};

/** For maps of a family that is not known here. */
export const unknownMaps = (family: string | undefined): CompileError =>
  new CompileError({
    code: "detect/maps",
    message: `nothing here decodes the maps of ${family ?? "a model without facts about them"}`,
    hint: "a model whose head is decoded needs no decoder",
  });

/** For a file that should list class names and does not. */
export const wrongNames = (file: string): CompileError =>
  new CompileError({
    code: "compile/names",
    message: `${file} has no class names: expected \`names\`, a list or a mapping from 0 on`,
    hint: "give the data yaml that the network was trained with",
  });

/** For more or fewer class names than classes. */
export const otherNames = (given: number, classes: number, network: string): CompileError =>
  new CompileError({
    code: "compile/names",
    message: `${given} class names are given, ${network} has ${classes} classes`,
  });

/** For a yaml with neither weights nor a seed for random ones. */
export const noWeights = (name: string): CompileError =>
  new CompileError({
    code: "compile/no-weights",
    message: `${name} is an architecture without weights`,
    hint: "give the weights second, or --random-weights 1 for a graph with random ones",
  });

/** For integers where the network needs floating point numbers, or the other way round. */
export const wrongElementType = (checkpoint: string, { name, found, expected }: Misfit): CompileError =>
  new CompileError({
    code: "weights/dtype",
    message: `${name} in ${checkpoint} is ${formatType(found)}, expected ${isFloat(expected.dtype) ? "floating point numbers" : "integers"}`,
  });

/** For an output whose extension stands for no weights format. */
export const unknownExtension = (output: string, known: readonly string[]): CompileError =>
  new CompileError({
    code: "convert/format",
    message: `${output} does not end in an extension of a format that can be written: ${known.join(", ")}`,
    hint: "weights.bin is safetensors, with the yaml inside where there is one",
  });

/** For the step of an open side that the network's levels do not divide. */
export const wrongStep = (step: number, stride: number): CompileError =>
  new CompileError({
    code: "network/step",
    message: `an open side is to count in steps of ${step} pixels, expected a multiple of the model's stride ${stride}`,
    hint: `the next that is: ${Math.max(1, Math.ceil(step / stride)) * stride}`,
  });
