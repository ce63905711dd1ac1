// Opens every file below some folders as a checkpoint, and says how many are flagged for the names in their pickles. Files are
// only read; give samples of scanners such as picklescan, which are not part of this repository.
//   node scripts/check-malicious.mjs [--harmless REGEX] FOLDER...
// Files whose names match REGEX must not be flagged.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openFile } from "../packages/cli/dist/files.js";
import { isCompileError } from "../packages/core/dist/index.js";
import { openCheckpoint } from "../packages/weights/dist/index.js";

const { values, positionals } = parseArgs({ options: { harmless: { type: "string" } }, allowPositionals: true });
const harmless = values.harmless === undefined ? undefined : new RegExp(values.harmless);

const filesBelow = (folder) =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();

/** The reader's outcome for a file: flagged, refused for another reason, or opened. */
function judge(path) {
  const file = openFile(path);
  try {
    openCheckpoint(file);
    return { verdict: "opened", why: "nothing was found in it" };
  } catch (error) {
    if (!isCompileError(error)) throw error;
    const { code, message } = error.diagnostic;
    return { verdict: code === "weights/suspicious" ? "flagged" : "refused", why: `${code}: ${message}` };
  } finally {
    file.close();
  }
}

const counts = { flagged: 0, refused: 0, opened: 0 };
let wrong = 0;
let total = 0;
for (const path of positionals.flatMap(filesBelow)) {
  const { verdict, why } = judge(path);
  const expected = harmless?.test(path) ? verdict !== "flagged" : verdict === "flagged";
  if (!harmless?.test(path)) {
    total++;
    counts[verdict]++;
  }
  if (!expected) {
    wrong++;
    console.log(`${verdict.padEnd(8)} ${path}\n         ${why.slice(0, 300)}`);
  }
}
console.log(
  `${counts.flagged}/${total} flagged, ${counts.refused} refused for another reason, ${counts.opened} opened`,
);
process.exitCode = wrong === 0 && total > 0 ? 0 : 1;
