import type { MeasuredModel, Measurement } from "@yolo-compile/proof";
import { out } from "../colors.js";
import type { Terminal } from "../terminal.js";

/** What `bench` found, and where; also the document of `--json`. */
export interface BenchResult extends Measurement {
  readonly provider: string;
  readonly threads: number;
  readonly runtime: string;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** Prints one line a model, and how much a ratio has to differ from 1 to tell anything. */
export function printBench(found: BenchResult, terminal: Terminal): void {
  const { models, noise, noiseFloor, clock, rounds, provider, threads, runtime } = found;
  terminal.table(
    { head: ["model", "CPU ms", "ms", "ratio", "95 % interval", ""], colAligns: ["left", "right", "right", "right"] },
    models.map(({ name, cpuMs, wallMs, ratio, verdict }, at) => [
      name,
      cpuMs.median.toFixed(2),
      wallMs.median.toFixed(2),
      ratio.median.toFixed(3),
      `${ratio.low.toFixed(3)} to ${ratio.high.toFixed(3)}`,
      at === 0 ? out.dim("all ratios are to this one") : (verdict ?? out.dim("within the noise")),
    ]),
  );
  const judged = clock === "cpu" ? "processor time" : "the clock";
  const itself = `${noise.median.toFixed(3)}, ${noise.low.toFixed(3)} to ${noise.high.toFixed(3)}`;
  terminal.print(
    `noise     ${percent(noiseFloor)}: the first model against itself is ${itself}`,
    `measured  medians of ${rounds} rounds by ${judged}, ${provider}, threads ${threads}, ONNX Runtime ${runtime}`,
  );
  for (const text of headlines(found)) terminal.headline(text);
}

function headlines({ models, clock, tooNoisy }: BenchResult): readonly string[] {
  if (tooNoisy) return [out.red("This machine is too noisy to tell: wait until it is quiet, or give more --rounds.")];
  const [first, ...others] = models as readonly [MeasuredModel, ...MeasuredModel[]];
  const milliseconds = (clock === "cpu" ? first.cpuMs : first.wallMs).median.toFixed(2);
  if (others.length === 0) return [`${first.name} takes ${milliseconds} ms`];
  return others.map(
    ({ name, ratio, verdict = "which is within the noise" }) =>
      `${name} takes ${ratio.median.toFixed(3)} of the time of ${first.name}, ${verdict}`,
  );
}
