import { exportedTask, type ModelInfo, type Outlook, type Task } from "@yolo-compile/compiler";
import type { Terminal } from "../terminal.js";
import { line } from "./text.js";

/** What a task finds on a picture. */
const TASKS: Readonly<Record<Task, string>> = {
  detect: "detection",
  segment: "segmentation",
  pose: "poses",
  obb: "rotated boxes",
  classify: "classification",
};

/** The part of the document of `inspect --json` about compiling a checkpoint. */
export const outlookDocument = ({ family, network, task, problem }: Outlook) => ({
  family: family ?? null,
  task: task ?? null,
  network: network ?? null,
  compiles: problem === undefined,
  problem: problem ?? null,
});

/** Prints family and task of a checkpoint, and how it compiles. */
export function printOutlook(file: string, { family, network, task, problem }: Outlook, terminal: Terminal): void {
  const size = network && `${network.name} with ${network.classes} class${network.classes === 1 ? "" : "es"}`;
  const known = [family, task && TASKS[task], size].filter((each) => each !== undefined);
  terminal.print(line("family", known.join(", ") || "none that is known here"));
  if (!problem) terminal.print(line("compile", `yolo-compile ${file}`));
  else terminal.print(line("compile", `not alone: ${problem.message}${problem.hint ? ` - ${problem.hint}` : ""}`));
}

/** Prints the task of an ONNX model, and what takes it. */
export function printModelOutlook(file: string, info: ModelInfo, terminal: Terminal): void {
  const task = exportedTask(info);
  terminal.print(line("task", task ? TASKS[task] : "none that its outputs tell"));
  terminal.print(line("compile", `its weights, beside their yaml: yolo-compile model.yaml ${file}`));
}
