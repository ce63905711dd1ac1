// A Stryker test runner that loads a test file once and then runs its tests again for every mutant, with Jest's own
// test(), expect() and snapshots. Jest loads every module anew for every mutant, which takes dozens of times as long.
import { readFileSync, writeFileSync } from "node:fs";
import { register } from "node:module";
import { relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { jestExpect } from "@jest/expect";
import { commonTokens, declareClassPlugin, PluginKind, tokens } from "@stryker-mutator/api/plugin";
import {
  DryRunStatus,
  determineHitLimitReached,
  TestStatus,
  toMutantRunResult,
} from "@stryker-mutator/api/test-runner";
import { addEventHandler, getState, resetState, run, setState } from "jest-circus";
import { SnapshotState } from "jest-snapshot";

/** A file of the sandbox, which the runners of a run share as their working directory: tests and their files. */
const QUICK_FIRST = "tests-quick-first.json";
const NO_TEST = /(?!)/;
const TEST_TIMEOUT_MS = 60_000;
/** The format is Jest's default, which a SnapshotState by itself does not know. */
const SNAPSHOTS = {
  updateSnapshot: "none",
  rootDir: process.cwd(),
  snapshotFormat: { escapeString: false, printBasicPrototype: false },
};

/** The state that mutated code shares with Stryker: the active mutant, and how often mutants were reached. */
const stryker = { mutantCoverage: { static: {}, perTest: {} } };
globalThis.__stryker__ = stryker;

process.env.ORT_DISABLE_TELEMETRY = "1";
register("./source-hooks.mjs", import.meta.url);
addEventHandler(({ name, test }, state) => {
  if (name === "test_start") stryker.currentTestId = idOf(test);
  if (name !== "test_done") return;
  stryker.currentTestId = undefined;
  const { suppressedErrors } = jestExpect.getState();
  jestExpect.setState({ suppressedErrors: [] });
  test.errors.push(...suppressedErrors, ...jestExpect.extractExpectedAssertionsErrors().map(({ error }) => error));
  if (test.errors.length > 0 && state.stopAtFailure) state.testNamePattern = NO_TEST;
});

class InOneProcess {
  static inject = tokens(commonTokens.options);
  #states = new Map();
  #fileOfTest;
  #testFiles;

  constructor(options) {
    this.#testFiles = options.testFiles.map((file) => resolve(file));
  }

  /** Loading takes seconds, which would count as the first mutant's. What is done while loading belongs to no mutant. */
  async init() {
    for (const file of this.#testFiles) await this.#load(file);
  }

  capabilities() {
    return { reloadEnvironment: false };
  }

  async dryRun() {
    const result = await this.#run(this.#testFiles);
    if (result.status === DryRunStatus.Complete) writeFileSync(QUICK_FIRST, JSON.stringify(quickFirst(result.tests)));
    return { ...result, mutantCoverage: stryker.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit, disableBail }) {
    this.#fileOfTest ??= this.#readOrder();
    const wanted = new Set(testFilter ?? this.#fileOfTest.keys());
    const files = new Set([...this.#fileOfTest].filter(([test]) => wanted.has(test)).map(([, file]) => file));
    Object.assign(stryker, { activeMutant: activeMutant.id, hitLimit, hitCount: hitLimit && 0 });
    const result = await this.#run(files, wanted, !disableBail);
    stryker.activeMutant = undefined;
    return toMutantRunResult(determineHitLimitReached(stryker.hitCount, hitLimit) ?? result, disableBail);
  }

  async #load(file) {
    resetState();
    await import(pathToFileURL(file).href);
    this.#states.set(file, Object.assign(getState(), { file, testTimeout: TEST_TIMEOUT_MS }));
  }

  /** A mutant is done with the first test that fails. */
  #readOrder() {
    const tests = new Map(JSON.parse(readFileSync(QUICK_FIRST, "utf8")));
    const places = new Map(Array.from(tests.keys(), (test, place) => [test, place]));
    for (const { rootDescribeBlock, file } of this.#states.values()) sortTests(rootDescribeBlock, file, places);
    return tests;
  }

  async #run(files, wanted, stopAtFailure = false) {
    const results = [];
    for (const file of files) {
      const state = this.#states.get(file);
      setState(Object.assign(state, { stopAtFailure, testNamePattern: null, unhandledErrors: [] }));
      const tests = testsOf(state.rootDescribeBlock);
      for (const test of tests) {
        test.errors = [];
        test.written ??= { mode: test.mode };
        test.mode = !wanted || wanted.has(idOf(test)) ? test.written.mode : "skip";
      }
      const snapshotState = new SnapshotState(`${file}.snap`, SNAPSHOTS);
      jestExpect.setState({ snapshotState, testPath: file });
      const { unhandledErrors } = await run();
      if (unhandledErrors.length > 0) return { status: DryRunStatus.Error, errorMessage: unhandledErrors.join("\n") };
      results.push(...tests.map((test) => resultOf(test, file)));
      if (stopAtFailure && results.some(({ status }) => status === TestStatus.Failed)) break;
    }
    return { status: DryRunStatus.Complete, tests: results };
  }
}

/** Tests by the time they took; a file comes where its quickest test is. */
const quickFirst = (tests) =>
  tests.toSorted((a, b) => a.timeSpentMs - b.timeSpentMs).map(({ id, fileName }) => [id, fileName]);

const testsOf = (block) => block.children.flatMap((child) => (child.type === "test" ? [child] : testsOf(child)));

/** The names of the describe() blocks around a test; the outermost is the file. */
const blocksOf = (block) => (block.parent ? [...blocksOf(block.parent), block.name] : []);

/** Only tests beside each other: hooks belong to the block around them. */
function sortTests(block, file, places) {
  const placeOf = (child) => (child.type === "test" ? (places.get(idOf(child, file)) ?? 0) : places.size);
  block.children.sort((a, b) => placeOf(a) - placeOf(b));
  for (const child of block.children) if (child.type !== "test") sortTests(child, file, places);
}

/** Stryker's id of a test. */
const idOf = (test, file = getState().file) =>
  [relative(process.cwd(), file), ...blocksOf(test.parent), test.name].join(" > ");

function resultOf(test, fileName) {
  const id = idOf(test);
  const common = { id, name: id, fileName, timeSpentMs: test.duration ?? 0 };
  if (test.errors.length > 0)
    return { ...common, status: TestStatus.Failed, failureMessage: messageOf(test.errors[0]) };
  return { ...common, status: test.status === "done" ? TestStatus.Success : TestStatus.Skipped };
}

/** jest-circus keeps an error beside the place of its test. */
const messageOf = (error) => String(Array.isArray(error) ? (error[0]?.stack ?? error[0]) : (error?.stack ?? error));

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, "in-one-process", InOneProcess)];
