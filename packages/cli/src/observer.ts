import { type PassObserver, printGraph } from "@yolo-compile/compiler";
import { rendered } from "./colors.js";
import type { ObserverOptions } from "./observer-options.js";
import { formatTable } from "./table.js";

/** An observer that writes what the options ask for to stderr. `finish` prints what it collected. */
export interface Observation {
  readonly observer: PassObserver;
  finish(): void;
}

const say = (...lines: readonly string[]): void => {
  for (const line of lines) process.stderr.write(`${rendered(line)}\n`);
};

interface PassTime {
  readonly pass: string;
  readonly rewrites: number;
  readonly nodes: number;
  readonly elapsedMs: number;
}

/** Observes a pipeline; graphs are printed as they come, misses and times by `finish`. */
export function observe(options: ObserverOptions): Observation {
  const printed = options["print-ir-after"];
  const traced = options["trace-rule"];
  const misses = new Map<string, string[]>();
  const times: PassTime[] = [];
  return {
    observer: {
      checks: options.check,
      afterPass: (pass, { graph, rewrites }, elapsedMs) => {
        times.push({ pass, rewrites: rewrites.length, nodes: graph.nodes.length, elapsedMs });
        if (printed === pass || printed === "all") say(`// after ${pass}`, ...printGraph(graph).split("\n"));
      },
      ...(traced !== undefined && {
        onMiss: (rule, path, op, reason) => {
          if (rule === traced) misses.set(reason, [...(misses.get(reason) ?? []), `${path} ${op}`]);
        },
      }),
    },
    finish: () => {
      if (traced !== undefined) sayMisses(traced, misses);
      if (options["time-passes"]) sayTimes(times);
    },
  };
}

/** The most nodes that are listed for one reason. */
const LISTED = 8;

function sayMisses(rule: string, misses: ReadonlyMap<string, readonly string[]>): void {
  if (misses.size === 0) say(`${rule}: no pass of this pipeline tried it, or it applied wherever it was tried`);
  for (const [reason, nodes] of [...misses].sort(([, a], [, b]) => a.length - b.length)) {
    say(`${rule} ${nodes.length}x: ${reason}`);
    for (const node of nodes.slice(0, LISTED)) say(`  ${node}`);
    if (nodes.length > LISTED) say(`  … and ${nodes.length - LISTED} more`);
  }
}

function sayTimes(times: readonly PassTime[]): void {
  const rows = times.map(({ pass, rewrites, nodes, elapsedMs }) => [pass, rewrites, nodes, elapsedMs.toFixed(1)]);
  const head = ["pass", "rewrites", "nodes", "ms"];
  say(...formatTable({ head, colAligns: ["left", "right", "right", "right"] }, rows));
}
