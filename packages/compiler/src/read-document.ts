import { type Diagnostic, note } from "@yolo-compile/core";
import { type Evidence, isDict, type PyValue, parseYaml, toPython } from "@yolo-compile/network";
import type { Checkpoint } from "@yolo-compile/weights";
import { noConfig, unknownFamily } from "./diagnostics.js";
import { familyOf, OWNING_FAMILIES, type OwningFamily } from "./families.js";
import { namedYaml, recognizeNetwork } from "./named-networks.js";
import { withClasses } from "./set-classes.js";

/** The yaml's text and the name that the summary gives the model. */
export interface ConfigText {
  readonly file: string;
  readonly text: string;
}

/** A yaml that its family reads. */
export interface FoundDocument {
  readonly document: PyValue;
  readonly family: OwningFamily;
  /** The network's name. */
  readonly name: string;
  readonly notes: readonly Diagnostic[];
}

/** `models/yolov5n.yaml` -> `yolov5n` */
export const stem = (path: string): string => path.replace(/^.*[\\/]/, "").replace(/\.[^.]*$/, "");

/** A checkpoint's evidence of its family, besides its yaml. */
export const pickledEvidence = ({ model, tensors }: Checkpoint): Evidence => ({
  stored: tensors,
  ...(model?.className !== undefined && { className: model.className }),
});

/** The network's name, which YOLO families take from its yaml. */
export const networkName = ({ model, name }: Checkpoint): string => model?.name ?? stem(model?.yamlFile ?? name);

/** The number of classes that the user asks for, or whether that of a given yaml stays. */
interface ClassOptions {
  readonly nc: number | undefined;
  readonly keepClasses: boolean;
}

/**
 * The yaml of a compilation: the given one, the checkpoint's own, or that of the named network which the weights fit.
 * @throws yaml/…, compile/no-yaml, compile/family
 */
export function readDocument(
  config: ConfigText | undefined,
  checkpoint: Checkpoint | undefined,
  { nc, keepClasses }: ClassOptions,
): FoundDocument {
  const found = config
    ? givenDocument(config, keepClasses || nc !== undefined ? undefined : checkpoint)
    : ownDocument(checkpoint);
  if (nc === undefined) return found;
  return { ...found, document: withClasses(found.document, nc) };
}

function ownDocument(checkpoint: Checkpoint | undefined): FoundDocument {
  const { yaml } = checkpoint?.model ?? {};
  if (!checkpoint || yaml === undefined) return recognizedDocument(checkpoint);
  const { name: file } = checkpoint;
  const document = toPython(yaml, file);
  return { ...inFamily(document, file, pickledEvidence(checkpoint)), name: networkName(checkpoint), notes: [] };
}

function inFamily(
  document: PyValue,
  file: string,
  evidence: Evidence = {},
): Pick<FoundDocument, "document" | "family"> {
  const family = familyOf({ document, ...evidence });
  if (!family) throw unknownFamily(file, document, OWNING_FAMILIES);
  return { document, family };
}

/** A yaml that stands beside a checkpoint takes the number of classes that this records. */
function givenDocument(config: ConfigText, checkpoint: Checkpoint | undefined): FoundDocument {
  const { file, text } = config;
  const found = { ...inFamily(parseYaml(text, file), file), name: stem(file) };
  const stated = classesOf(found.document);
  const recorded = checkpoint && (recordedClasses(checkpoint) ?? guessedClasses(found, config, checkpoint));
  if (recorded === undefined || stated === undefined || recorded === stated) return { ...found, notes: [] };
  const document = withClasses(found.document, recorded);
  const message = `${checkpoint?.name} has ${recorded} classes, ${file} says ${stated}: ${recorded} are taken`;
  return { ...found, document, notes: [note("compile/classes", message)] };
}

function classesOf(document: PyValue): number | undefined {
  const nc = isDict(document) ? document.get("nc") : undefined;
  return typeof nc === "number" ? nc : undefined;
}

/** The classes in the yaml that a checkpoint carries. */
const recordedClasses = ({ model, name }: Checkpoint): number | undefined =>
  model?.yaml === undefined ? undefined : classesOf(toPython(model.yaml, name));

/** The classes of weights without a yaml, where the given one is built in: it says nothing of the user's classes. */
function guessedClasses(
  { family, name }: Pick<FoundDocument, "family" | "name">,
  { file, text }: ConfigText,
  { tensors }: Checkpoint,
): number | undefined {
  if (namedYaml(file)?.text !== text) return undefined;
  return family.networks.named?.guess(tensors).find((guess) => guess.name === name)?.nc;
}

/** The yaml of the named network that weights without a yaml are of. */
function recognizedDocument(checkpoint: Checkpoint | undefined): FoundDocument {
  const found = checkpoint && recognizeNetwork(checkpoint, pickledEvidence(checkpoint));
  if (!checkpoint || !found) throw noConfig(checkpoint, checkpoint && familyOf(pickledEvidence(checkpoint)));
  const { document, family, name, nc } = found;
  const message = `${checkpoint.name} carries no yaml of its own; it looks like ${name}, ${nc} class${nc === 1 ? "" : "es"}, and is compiled so`;
  return { document, family, name, notes: [note("compile/looks-like", message)] };
}
