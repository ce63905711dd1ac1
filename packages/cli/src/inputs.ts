import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  type Checkpoint,
  type ConfigText,
  type GraphsRequest,
  inputKind,
  namedYaml,
  nearestNames,
  networkNames,
  openCheckpoint,
  pipelineName,
  readModelInfo,
  yamlsWithoutScale,
} from "@yolo-compile/compiler";
import { checkExternalData } from "@yolo-compile/proof";
import { noSuchNetwork, usage } from "./diagnostics.js";
import { endingOf } from "./ending-options.js";
import { type FileSource, openFile, readText } from "./files.js";
import { loadOptions } from "./load-options.js";
import { positiveInteger } from "./numbers.js";
import { dynamicAxes, type NetworkOptions, type WeightsOptions } from "./options.js";

/**
 * Opens weights, and the parts beside them where they are in several files. Closing the checkpoint closes the parts; `onClose`
 * is called then too.
 * @throws weights/…
 */
export function openWeights(file: FileSource, options: WeightsOptions, onClose: () => void = () => {}): Checkpoint {
  // Only formats whose parts may lie anywhere are read through links.
  if (inputKind(file) === "onnx") checkExternalData(file.name, file.name, readModelInfo(file).externalData);
  const parts: FileSource[] = [];
  const close = (): void => {
    for (const part of parts.splice(0)) part.close();
  };
  try {
    return openCheckpoint(file, {
      allowSuspicious: options["allow-suspicious"],
      sibling: (name) => {
        const part = openFile(join(dirname(file.name), name));
        parts.push(part);
        return part;
      },
      onClose: () => {
        close();
        onClose();
      },
    });
  } catch (error) {
    close();
    throw error;
  }
}

/** The opened files of a command line by kind. */
export interface Inputs {
  readonly config?: NonNullable<GraphsRequest["config"]>;
  readonly checkpoint?: Checkpoint;
  /** The base of the output's name: the yaml, or the checkpoint that carries its own. */
  readonly name: string;
  /** As they are given, names of networks among them. */
  readonly files: readonly string[];
}

/**
 * Opens a yaml and weights, in either order, or one of the two; their content tells which is which.
 * @throws input/unreadable, usage, weights/…
 */
export function openInputs(paths: readonly string[], options: WeightsOptions): Inputs {
  const [first] = paths;
  if (first === undefined)
    throw usage("no input file", "yolo-compile best.pt, or yolo-compile yolov5s.yaml weights.pt");
  if (paths.length > 2)
    throw usage(`${paths.length} input files: ${paths.join(", ")}`, "give one yaml and one file of weights");
  const opened: FileSource[] = [];
  try {
    const named = paths.map((path) => (existsSync(path) ? undefined : namedYaml(path)));
    for (const [index, path] of paths.entries()) if (!named[index]) opened.push(openNamed(path));
    const known = named.filter((each) => each !== undefined);
    return { ...sort(opened, known, first, options), files: paths };
  } catch (error) {
    for (const file of opened) file.close();
    throw error;
  }
}

/**
 * A file, or in its place the yaml of all scales of its network, under the name that was given, which has the scale.
 * @throws input/unreadable, which says what names there are if the path looks like one
 */
export function openNamed(path: string): FileSource {
  const stand = existsSync(path) ? undefined : yamlsWithoutScale(path).find((each) => existsSync(each));
  if (stand !== undefined) return { ...openFile(stand), name: path };
  if (existsSync(path) || !/^[^./\\]+(\.ya?ml)?$/.test(path)) return openFile(path);
  const near = nearestNames(path.replace(/\.ya?ml$/, ""), networkNames(), 2);
  if (near.length === 0) return openFile(path);
  throw noSuchNetwork(path, near);
}

/** The yaml of a path, or of a network that has a name of its own. @throws input/unreadable */
export function openConfig(path: string): ConfigText {
  const named = existsSync(path) ? undefined : namedYaml(path);
  return named ?? { file: path, text: readText(openNamed(path)) };
}

function sort(
  files: readonly FileSource[],
  named: readonly ConfigText[],
  first: string,
  options: WeightsOptions,
): Omit<Inputs, "files"> {
  const kinds = files.map((file) => inputKind(file));
  const config = files[kinds.indexOf("config")];
  const weights = files[kinds.findIndex((kind) => kind !== "config")];
  const text = config ? { file: config.name, text: readText(config) } : named[0];
  if (files.length + named.length === 2 && !(text && weights)) {
    const both = text ? "yaml files" : "files of weights";
    throw usage(
      `${[...named.map(({ file }) => file), ...files.map(({ name }) => name)].join(" and ")} are both ${both}`,
      "give one of each",
    );
  }
  return {
    ...(text && { config: text }),
    ...(weights && { checkpoint: openWeights(weights, options, () => weights.close()) }),
    name: text?.file ?? first,
  };
}

/** The compilation that the inputs and the options ask for. @throws usage */
export function graphsRequest(
  { config, checkpoint }: Inputs,
  size: readonly [number, number],
  options: NetworkOptions,
): GraphsRequest {
  const randomWeights = options["random-weights"];
  return {
    ...(config && { config }),
    ...(checkpoint && { checkpoint }),
    ...loadOptions(options),
    ...(randomWeights !== undefined && { randomWeights }),
    partial: options.partial,
    ...(options.end2end !== undefined && { end2end: options.end2end }),
    ending: endingOf(options),
    size,
    dynamic: dynamicAxes(options.dynamic).dynamic,
    batch: positiveInteger("batch", options.batch),
    passes: pipelineName(options.passes),
  };
}
