import { type DetectorRequest, decodeImage, openClassifier } from "@yolo-compile/proof";
import { isPictureProblem } from "./diagnostics.js";
import { EXIT } from "./exit.js";
import { readWhole } from "./files.js";
import { imageSize } from "./options.js";
import type { Terminal } from "./terminal.js";
import { type ClassifiedPicture, classDocument, printClasses } from "./views/classes.js";

/** The classes that are shown of each picture. */
const SHOWN = 5;

/** A classifier and pictures, as the command line gives them. */
interface ClassifyOptions {
  readonly model: string;
  readonly images: readonly string[];
  readonly imgsz?: readonly (string | number)[] | undefined;
}

/** Prints what each picture shows, most probable first. One that cannot be read does not stop the others. @returns the exit code */
export async function runClassify(
  { model, images, imgsz }: ClassifyOptions,
  request: DetectorRequest,
  terminal: Terminal,
): Promise<number> {
  const given = imgsz && imageSize(imgsz).size;
  const size = given && { height: given[0], width: given[1] };
  const classifier = await openClassifier({ ...request, ...(size && { size }) });
  const results: (ClassifiedPicture | { readonly image: string; readonly error: object })[] = [];
  try {
    for (const image of images) {
      terminal.step(`looking at ${image}`);
      try {
        const found = await classifier.classify(await decodeImage(readWhole(image), image), SHOWN);
        terminal.endStep();
        results.push({ image, ...found });
        printClasses({ image, ...found }, classifier.names, terminal);
      } catch (error) {
        if (!isPictureProblem(error)) throw error;
        terminal.endStep();
        results.push({ image, error: error.diagnostic });
        terminal.report([error.diagnostic]);
      }
    }
  } finally {
    terminal.endStep();
    await classifier.release();
  }
  terminal.printJson(() => ({
    model,
    provider: request.provider.name,
    imgsz: [classifier.size.height, classifier.size.width],
    names: classifier.names,
    images: results.map((each) => ("error" in each ? each : classDocument(each, classifier.names))),
  }));
  return results.some((each) => "error" in each) ? EXIT.input : EXIT.fine;
}
