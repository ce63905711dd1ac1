import type { Argv } from "yargs";
import { VERIFICATION } from "./help.js";

/** Options for pictures that models run on. */
export interface PictureOptions {
  readonly images?: readonly string[] | undefined;
  readonly "max-images": number;
}

/** Adds {@link PictureOptions}. */
export const withPictures = <Options>(yargs: Argv<Options>) =>
  yargs
    .option("images", { type: "string", array: true, describe: "pictures, or folders of them, to run on too" })
    .option("max-images", { type: "number", default: 32, describe: "at most so many pictures, spread over all" })
    .group(["images", "max-images"], VERIFICATION);
