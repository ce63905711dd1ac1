// Networks of a reference with open batch, height and width against fixed graphs of five sizes, as a table:
//   node scripts/check-dynamic.mjs [CFG.yaml …]
// Without arguments, every yaml of ../shared/reference*/cfg. Ends with 1 where one is neither equal nor refused with a row.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { compile, isCompileError } from "../packages/cli/dist/index.js";

const SIZES = [
  [1, 128, 128],
  [1, 192, 64],
  [2, 64, 160],
  [1, 64, 64],
  [3, 96, 128],
];

/** Sides in steps of these where a row asks for them. */
const LARGER_STEPS = [64, 224];

const sets = (step) =>
  SIZES.map((size) => {
    const [batch, height, width] = size.map((side, at) => (at === 0 ? side : Math.ceil(side / step) * step));
    return new Map(Object.entries({ batch, height, width }));
  });

async function judge(path, step) {
  const side = step ?? true;
  const { verification } = await compile({
    config: { file: path, text: readFileSync(path, "utf8") },
    randomWeights: 1,
    size: [step ?? 64, step ?? 64],
    dynamic: { batch: true, height: side, width: side },
    verify: { inputs: { seed: 1, sizes: sets(step ?? 1) } },
  });
  const worst = Math.max(...verification.comparisons.map(({ decisive }) => decisive.maxRel));
  return {
    open: step ? `in steps of ${step}` : "yes",
    sizes: SIZES.length,
    worst: worst.toExponential(1),
    refused: "",
  };
}

async function attempt(path) {
  let refused = "";
  for (const step of [undefined, ...LARGER_STEPS])
    try {
      return { ...(await judge(path, step)), refused };
    } catch (error) {
      if (!isCompileError(error)) throw error;
      const { code, where } = error.diagnostic;
      if (error.diagnostic.blame === "verdict")
        return { open: "DIFFERS", refused: error.diagnostic.details.join("; ") };
      // A stride of 64 does not divide every size of the list.
      if (!code.endsWith("/open-size") && code !== "verify/size" && refused === "")
        return { open: "no", refused: `${code} ${where ?? ""}` };
      refused ||= `${code} ${where ?? ""}`;
    }
  return { open: "no", refused };
}

const folder = (name) => new URL(`../../shared/${name}/cfg`, import.meta.url).pathname;
const yamls = (path) =>
  existsSync(path)
    ? readdirSync(path)
        .filter((name) => name.endsWith(".yaml"))
        .map((name) => join(path, name))
    : [];
const given = process.argv.slice(2);
const paths = given.length > 0 ? given : ["reference", "reference-ultralytics"].flatMap((name) => yamls(folder(name)));

let failed = paths.length === 0;
for (const path of paths) {
  const row = await attempt(path);
  failed ||= row.open === "DIFFERS" || (row.open === "no" && !row.refused.includes("open-size"));
  console.log(
    [
      basename(path).padEnd(30),
      row.open.padEnd(16),
      String(row.sizes ?? "").padEnd(2),
      (row.worst ?? "").padEnd(8),
      row.refused,
    ]
      .join(" ")
      .trimEnd(),
  );
}
process.exitCode = failed ? 1 : 0;
