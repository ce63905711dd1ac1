import { existsSync } from "node:fs";
import { join } from "node:path";
import type { CompileError } from "@yolo-compile/compiler";
import {
  decodeImage,
  type InputChoice,
  type NamedPicture,
  npyFolderInput,
  npyInput,
  type VerifyInput,
} from "@yolo-compile/proof";
import { inputUnreadable, isPictureProblem, somePictures } from "./diagnostics.js";
import { openFile, readWhole } from "./files.js";
import { positiveInteger } from "./numbers.js";
import { type VerifySizesOptions, verifySizes } from "./options.js";
import { isFolder } from "./output-target.js";
import type { PictureOptions } from "./picture-options.js";
import { picturePaths } from "./picture-paths.js";
import type { Terminal } from "./terminal.js";

/** Options of `verify` for the models' inputs: noise from `seed`, .npy files, pictures, sizes of dynamic axes. */
export interface InputOptions extends PictureOptions, VerifySizesOptions {
  readonly seed: number;
  readonly input?: readonly string[] | undefined;
  readonly magnitudes: boolean;
}

/** The inputs that the options ask for. @throws usage, input/unreadable, image/… */
export async function inputChoice(options: InputOptions, terminal: Terminal): Promise<InputChoice> {
  const { seed, magnitudes, input = [] } = options;
  const sizes = verifySizes(options["verify-sizes"]);
  return {
    seed,
    magnitudes,
    pictures: await chosenPictures(options, terminal),
    ...(input.length > 0 && { own: (inputs) => input.map((path) => readOwn(inputs, path)) }),
    ...(sizes && { sizes }),
  };
}

/** The pictures that the options name. @throws usage, input/unreadable, image/unreadable */
export function chosenPictures(options: PictureOptions, terminal: Terminal): Promise<NamedPicture[]> {
  const found = (options.images ?? []).flatMap((path) => picturePaths("--images", path));
  const chosen = spread(found, positiveInteger("max-images", options["max-images"]));
  if (chosen.length < found.length) terminal.report([somePictures(chosen.length, found.length)]);
  return readPictures(chosen, terminal);
}

function readOwn(inputs: Parameters<NonNullable<InputChoice["own"]>>[0], path: string): VerifyInput {
  if (!existsSync(path)) throw inputUnreadable(path, "ENOENT");
  if (!isFolder(path)) return npyInput(inputs, openFile(path));
  return npyFolderInput(inputs, path, (file) => {
    const place = join(path, file);
    return existsSync(place) ? openFile(place) : undefined;
  });
}

/** At most `most` items, spread evenly over the list. */
const spread = <Item>(items: readonly Item[], most: number): readonly Item[] =>
  items.length <= most
    ? items
    : Array.from({ length: most }, (_, index) => items[Math.floor((index * items.length) / most)]!);

/** The pictures that can be read; the others are reported. @throws image/unreadable, input/unreadable where none can */
async function readPictures(paths: readonly string[], terminal: Terminal): Promise<NamedPicture[]> {
  const pictures: NamedPicture[] = [];
  const refused: CompileError[] = [];
  for (const path of paths) {
    terminal.step(`reading ${path}`);
    try {
      pictures.push({ name: path, image: await decodeImage(readWhole(path), path) });
    } catch (error) {
      if (!isPictureProblem(error)) throw error;
      refused.push(error);
    }
  }
  if (pictures.length === 0 && refused[0]) throw refused[0];
  terminal.report(refused.map(({ diagnostic }) => ({ ...diagnostic, severity: "warning" })));
  return pictures;
}
