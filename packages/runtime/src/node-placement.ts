import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  loadModel,
  type ModelSource,
  modelName,
  type Session,
  type SessionOptions,
  sessionOf,
  sessionSettings,
} from "./session.js";

/** A node under the name that it has after ONNX Runtime's own rewriting. */
export interface PlacedNode {
  readonly name: string;
  readonly op: string;
}

/** The devices on which the nodes of a model ran. */
export interface NodePlacement {
  /** Nodes that the provider took. */
  readonly onProvider: number;
  /** Nodes that fell back to the CPU. */
  readonly onCpu: readonly PlacedNode[];
}

/** A session that records the device of each node. */
export interface ProfiledSession extends Session {
  /** Ends the recording, which needs one run at least. */
  placement(): Promise<NodePlacement>;
}

/** As `openSession`, with ONNX Runtime's profiler on. @throws as `openSession` */
export async function openProfiledSession(source: ModelSource, options: SessionOptions): Promise<ProfiledSession> {
  const folder = mkdtempSync(join(tmpdir(), `yolo-compile-profile-${process.pid}-`));
  const discard = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const profile = { enableProfiling: true, profileFilePrefix: join(folder, "profile") };
    const settings = { ...sessionSettings(options), ...profile };
    const raw = await loadModel({ source, settings }, options.provider, modelName(source, options));
    return {
      ...sessionOf(raw, options.provider, modelName(source, options)),
      placement: async () => {
        await raw.endProfiling();
        return readPlacement(folder);
      },
      release: () => raw.release().finally(discard),
    };
  } catch (error) {
    discard();
    throw error;
  }
}

/** ONNX Runtime appends the time to the prefix that it is given. */
function readPlacement(folder: string): NodePlacement {
  const [file] = readdirSync(folder);
  return file === undefined ? { onProvider: 0, onCpu: [] } : placementOf(readFileSync(join(folder, file), "utf8"));
}

interface ProfileEvent {
  readonly cat?: string;
  readonly name?: string;
  readonly args?: { readonly op_name?: string; readonly provider?: string; readonly node_index?: string };
}

const KERNEL = /_kernel_time$/;

/** Reads the profile of ONNX Runtime: one event for each time that a kernel runs. Copies between devices are no nodes. */
export function placementOf(profile: string): NodePlacement {
  const events: readonly ProfileEvent[] = JSON.parse(profile); // ONNX Runtime's own file
  const nodes = new Map<string, { readonly node: PlacedNode; readonly cpu: boolean }>();
  for (const { cat, name = "", args } of events) {
    const { op_name: op = "", provider, node_index } = args ?? {};
    if (cat !== "Node" || !KERNEL.test(name) || op.startsWith("Memcpy")) continue;
    const node = { name: name.replace(KERNEL, ""), op };
    nodes.set(`${node_index} ${name}`, { node, cpu: provider === "CPUExecutionProvider" });
  }
  const onCpu = [...nodes.values()].flatMap(({ node, cpu }) => (cpu ? [node] : []));
  return { onProvider: nodes.size - onCpu.length, onCpu };
}
