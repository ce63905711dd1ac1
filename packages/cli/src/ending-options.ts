import { BOX_FORMS, type BoxForm, type Ending, HEADS, type HeadName } from "@yolo-compile/compiler";
import type { Argv } from "yargs";
import { usage } from "./diagnostics.js";

/** Options for what the graph ends in. */
export interface EndingOptions {
  readonly head: HeadName;
  readonly boxes?: BoxForm | undefined;
}

/** Adds {@link EndingOptions}. */
export const withEnding = <Options>(yargs: Argv<Options>) =>
  yargs
    .option("head", {
      choices: HEADS,
      default: "decoded" as const,
      describe: "end in decoded boxes, raw maps, maps after the sigmoid, or boxes and scores apart",
    })
    .option("boxes", { choices: BOX_FORMS, describe: "--head split: corners or centre and size  [default: xyxy]" });

/** The ending that the options ask for. @throws usage */
export function endingOf({ head, boxes }: EndingOptions): Ending {
  if (boxes !== undefined && head !== "split")
    throw usage(`--boxes ${boxes} is about --head split, not --head ${head}`, `--head split --boxes ${boxes}`);
  return { head, boxes: boxes ?? "xyxy" };
}
