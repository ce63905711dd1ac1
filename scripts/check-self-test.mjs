// Runs the self-test of the default check on the project's own checkpoint and on every network of the PyTorch references
// beside the checkout, each at the first size of its reference, and prints a table: the mutants that change the function,
// those that are refused, those that change it less than rounding does, and the one that is nearest to passing, or passes,
// with its error in times what is allowed.
//   node scripts/check-self-test.mjs [--only REGEX] [--imgsz N] [--seed S]
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { findReference, fixturePath, weightsOf } from "@yolo-compile/testkit";

const built = (path) => import(new URL(`../packages/${path}/dist/index.js`, import.meta.url));
const [{ bytesSource, compileGraphs, openCheckpoint }, { verify }] = [await built("compiler"), await built("proof")];

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    imgsz: { type: "string" },
    seed: { type: "string", default: "1" },
  },
});
const seed = Number(values.seed);
const only = new RegExp(values.only);

/** The names of the folders beside the checkout. */
const REFERENCES = ["reference", "reference-ultralytics", "reference-timm"];
const ENOUGH = 60;

const open = (path) => openCheckpoint(bytesSource(path, new Uint8Array(readFileSync(path))));
const shapes = { name: "shapes", size: [64, 96], open: () => ({ checkpoint: open(fixturePath("shapes/shapes.pt")) }) };
const networks = [shapes, ...REFERENCES.flatMap(networksOf)].filter(({ name }) => only.test(name));
if (networks.length === 0) throw new Error(`no network is called ${values.only}`);

const COLUMNS = [20, 9, 7, 6, 5, 9];
const row = (...cells) => cells.map((cell, at) => String(cell).padEnd(COLUMNS[at] ?? 0)).join(" ");
const excess = ({ outcome }) => outcome.sighting.excess;

console.log(row("network", "size", "mutants", "caught", "faint", "allowed x", "nearest to passing, or passing"));
let missed = 0;
for (const { name, size, open: request } of networks) {
  const [height, width] = values.imgsz ? [Number(values.imgsz), Number(values.imgsz)] : size;
  const compiled = compileGraphs({ ...request(), size: [height, width], batch: 1, passes: "full" });
  const subject = { kind: "compiled", compiled, passes: "full", opset: 17 };
  const { counts, mutants } = (await verify(subject, { inputs: { seed }, selfTest: true })).selfTest;
  const judged = mutants.filter(({ outcome }) => "sighting" in outcome).sort((a, b) => excess(a) - excess(b));
  const survivors = judged.filter(({ outcome }) => outcome.kind === "survived");
  const listed = survivors.length > 0 ? survivors : judged.slice(0, 1);
  for (const [at, each] of listed.entries()) {
    const cells = [name, `${height}x${width}`, judged.length, counts.caught, counts.faint];
    const which = `${each.operator} in ${each.where}: ${each.change}`;
    console.log(row(...cells.map((cell) => (at === 0 ? cell : "")), excess(each).toFixed(2), which));
  }
  if (survivors.length > 0 || judged.length < ENOUGH) missed++;
}
console.log(`${networks.length} networks, ${missed} with mutants that pass or fewer than ${ENOUGH} mutants`);
process.exitCode = missed === 0 ? 0 : 1;

/** The networks of a folder, with the checkpoints or the weights by formula that they come with. */
function networksOf(folder) {
  const reference = findReference(folder);
  if (typeof reference === "string") {
    console.log(`skipped: ${reference}`);
    return [];
  }
  return reference.cases.map((golden) => ({
    name: golden.name,
    size: golden.runs[0].input_shape.slice(2),
    open: () => requestOf(reference, golden),
  }));
}

function requestOf(reference, golden) {
  const [weights] = weightsOf(reference, golden);
  const checkpoint = weights.file
    ? open(reference.path(weights.file))
    : { name: "formula", format: "formula", tensors: weights.tensors, suspicious: [], notes: [], close: () => {} };
  const file = golden.cfg;
  const config =
    file && checkpoint.model?.yaml === undefined
      ? { config: { file, text: readFileSync(reference.path(file), "utf8") } }
      : {};
  return { ...config, checkpoint, ...(golden.head && { end2end: golden.head === "one2one" }) };
}
