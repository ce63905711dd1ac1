import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, jest } from "@jest/globals";

/** The output of one test's commands, without colours, and a folder for their files. */
export interface WatchedCli {
  stdout: string;
  stderr: string;
  readonly folder: string;
  /** A path in the folder. */
  readonly at: (name: string) => string;
}

/** Catches what commands print in every test of a file; each test starts with an empty folder. */
export function watchCli(): WatchedCli {
  const watched = { stdout: "", stderr: "", folder: "", at: (name: string) => join(watched.folder, name) };
  const watch = (stream: "stdout" | "stderr"): void => {
    watched[stream] = "";
    jest.spyOn(process[stream], "write").mockImplementation((text) => {
      watched[stream] += stripVTControlCharacters(String(text));
      return true;
    });
  };
  beforeEach(() => {
    watched.folder = mkdtempSync(join(tmpdir(), "cli-"));
    watch("stdout");
    watch("stderr");
  });
  afterEach(() => {
    jest.restoreAllMocks();
    rmSync(watched.folder, { recursive: true });
  });
  return watched;
}
