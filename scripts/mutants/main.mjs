// Mutation testing: changes the code in small ways, one at a time, and counts the changes that no test notices.
// Usage: npm run mutants [-- [--list] PACKAGE…]     --list prints every change that nobody noticed
// Tests run in a copy of the checkout inside `out`, beside which there is no reference: what they catch, a plain clone catches.
import { readdirSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { Stryker } from "@stryker-mutator/core";
import { TEXT } from "./diagnostic-texts.mjs";

/**
 * Packages with the files that are changed, the tests that have to notice, and the least share of mutants that they kill,
 * in percent.
 */
const PACKAGES = {
  judge: {
    change: [
      "packages/runtime/src/{compare,guess-layout,judge-output,last-bits,liveliness,match-names}.ts",
      "packages/runtime/src/{output-grid,run-reference,tolerance,units,verify-models}.ts",
    ],
    tests: ["packages/runtime/src"],
    threshold: 90,
  },
  passes: {
    change: ["packages/passes/src"],
    tests: ["packages/passes/src"],
    // Hundreds of random graphs for every mutant that the rules' own tests miss would take a minute each.
    without: "pipelines.test.ts",
    threshold: 80,
  },
  network: { change: ["packages/network/src"], tests: ["packages/network/src", "converters"], threshold: 80 },
  converters: { change: ["converters"], tests: ["converters"], threshold: 80 },
  torch: { change: ["packages/weights/src/torch"], tests: ["packages/weights/src/torch"], threshold: 80 },
};

/** Tests and what only they use; lists of exports; texts for people, of which tests state the code, the names and the numbers. */
const UNCHANGED = ["!**/*.test.ts", "!**/testing/**", "!**/index.ts", "!**/diagnostics.ts"];

/**
 * Leaves code alone that is evaluated while loading (tables, patterns): to test such a change, everything would have to be
 * loaded anew. The table counts these changes in a column of their own.
 */
const STATIC = { ignoreStatic: true };

const sources = (path) => (path.endsWith(".ts") ? path : `${path}/**/*.ts`);

const testFiles = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((path) => path.endsWith(".test.ts") && !path.includes("node_modules"))
    .map((path) => join(folder, path));

async function findMutants(name) {
  const { change, tests, without } = PACKAGES[name];
  const options = {
    mutate: [...change.map(sources), ...UNCHANGED],
    testFiles: tests.flatMap(testFiles).filter((file) => basename(file) !== without),
    ...STATIC,
    testRunner: "in-one-process",
    plugins: ["./in-one-process.mjs", "./diagnostic-texts.mjs"].map((name) => import.meta.resolve(name)),
    ignorers: ["diagnostic-texts"],
    testRunnerNodeArgs: ["--no-warnings"],
    // Endless loops mostly end by a count of Stryker's; this is for the others, on a machine that is busy.
    timeoutMS: 20_000,
    coverageAnalysis: "perTest",
    concurrency: 2,
    tempDirName: "out/mutants-sandbox",
    // Without a tsconfig.json Stryker has nothing to rewrite with an interface that TypeScript 7 lacks.
    ignorePatterns: ["/out", "dist", "*.tsbuildinfo", "tsconfig.json"],
    disableTypeChecks: false,
    reporters: ["html", "progress-append-only"],
    htmlReporter: { fileName: `out/mutants-${name}.html` },
    logLevel: "warn",
  };
  return new Stryker(options).runMutationTest();
}

const STATUSES = ["Killed", "Timeout", "Survived", "NoCoverage", "RuntimeError", "Ignored"];

const count = (mutants, status) => mutants.filter((mutant) => mutant.status === status).length;

function tableRow(name, found, elapsedMs) {
  const mutants = found.filter(({ statusReason }) => statusReason !== TEXT);
  const [killed, timeout, survived, noCoverage, error, ignored] = STATUSES.map((status) => count(mutants, status));
  const score = (100 * (killed + timeout)) / (killed + timeout + survived + noCoverage);
  return {
    package: name,
    mutants: mutants.length - ignored,
    killed,
    timeout,
    survived,
    "no coverage": noCoverage,
    error,
    score: Number(score.toFixed(1)),
    threshold: PACKAGES[name].threshold,
    static: ignored,
    seconds: Math.round(elapsedMs / 1000),
  };
}

function printUnnoticed(mutants) {
  for (const { status, fileName, location, mutatorName, replacement } of mutants)
    if (status === "Survived" || status === "NoCoverage")
      console.log(
        `${relative("", fileName)}:${location.start.line}:${location.start.column} ${status} ${mutatorName} ${replacement}`,
      );
}

const args = process.argv.slice(2);
const asked = args.filter((arg) => arg !== "--list");
const unknown = asked.filter((name) => !Object.hasOwn(PACKAGES, name));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(" ")}; packages are ${Object.keys(PACKAGES).join(" ")}`);
  process.exit(2);
}
const rows = [];
for (const name of asked.length > 0 ? asked : Object.keys(PACKAGES)) {
  const start = performance.now();
  const mutants = await findMutants(name);
  if (args.includes("--list")) printUnnoticed(mutants);
  rows.push(tableRow(name, mutants, performance.now() - start));
}
console.table(rows);
process.exit(rows.every(({ score, threshold }) => score >= threshold) ? 0 : 1);
