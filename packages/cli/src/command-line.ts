import { existsSync } from "node:fs";
import { type CompileError, nearestNames } from "@yolo-compile/compiler";
import { usage } from "./diagnostics.js";

/** Options that may be given more than once: each time adds to a list. */
const REPEATED: ReadonlySet<string> = new Set([
  "calibrate",
  "classes",
  "dynamic",
  "half-keep",
  "images",
  "input",
  "int8-keep",
  "report",
  "size",
  "verify-sizes",
]);

/** Other names of options. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["img", "imgsz"],
  ["o", "output"],
]);

/** The command lines of each option that has several values. */
const AS_ONE: Readonly<Record<string, string>> = { imgsz: "--imgsz 640 320 is a height and a width" };

/** Refuses an option with a value that is given twice, since only one of them can be meant. @throws usage */
export function checkRepeats(argv: readonly string[]): void {
  const values = new Map<string, string>();
  for (const [index, word] of argv.entries()) {
    const [, name, own] = /^--?([a-z][\w-]*)(?:=(.*))?$/s.exec(word) ?? [];
    const value = own ?? argv[index + 1];
    if (name === undefined || value === undefined || (own === undefined && value.startsWith("-"))) continue;
    const option = ALIASES.get(name) ?? name;
    const earlier = values.get(option);
    if (earlier !== undefined && earlier !== value && !REPEATED.has(option))
      throw usage(`--${option} is given twice: ${earlier} and ${value}`, AS_ONE[option] ?? "give it once");
    values.set(option, value);
  }
}

/** Refuses a first word that is nearly a command, and no file. @throws usage */
export function checkCommand(argv: readonly string[], commands: readonly string[]): void {
  const [first] = argv;
  if (first === undefined || !/^[a-z]{4,}$/.test(first) || commands.includes(first) || existsSync(first)) return;
  const [nearest] = nearestNames(first, commands, 1);
  if (nearest !== undefined && nearest.length - first.length < 3)
    throw usage(`there is no command ${first}`, `did you mean yolo-compile ${[nearest, ...argv.slice(1)].join(" ")}?`);
}

/** For a command line that yargs refuses; `help` is that of the command, and names its options. */
export function refusal(message: string, help: string): CompileError {
  const [, unknown] = /^Unknown arguments?: ([^,]+)/.exec(message) ?? [];
  const text = unknown === undefined ? message.replaceAll(/\s*\n\s*/g, " ") : `unknown argument: ${unknown}`;
  const options = [...help.matchAll(/(?<=^ .*)--([a-z][\w-]+)(?=[ ,])/gm)].map(([, name]) => name!);
  const near = unknown === undefined || unknown.length < 2 ? [] : nearestNames(unknown, new Set(options), 2);
  const hint = near.length > 0 ? `did you mean ${near.map((name) => `--${name}`).join(" or ")}?` : undefined;
  return usage(text, hint ?? "--help lists what there is");
}
