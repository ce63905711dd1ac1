import { countParameters } from "@yolo-compile/compiler";
import { opCensus } from "@yolo-compile/ir";
import { summarizeNetwork } from "@yolo-compile/network";
import { readModelInfo } from "@yolo-compile/onnx";
import type { ModelFacts } from "@yolo-compile/report";
import { modelsOf, type NamedModel, type SubjectModels, type VerifySubject } from "./subject.js";

/** The facts of a report about the models of a subject, the reference first. @throws onnx/malformed */
export async function modelFacts(
  subject: VerifySubject,
  { reference, candidate }: SubjectModels = modelsOf(subject),
): Promise<readonly ModelFacts[]> {
  const gflops = subject.kind === "compiled" ? summarizeNetwork(subject.compiled.network).gflops : undefined;
  const facts = (role: ModelFacts["role"], model: NamedModel) => factsOf(role, model, subject, gflops);
  return [...(reference ? [await facts("reference", reference)] : []), await facts("candidate", candidate)];
}

async function factsOf(
  role: ModelFacts["role"],
  { name, bytes }: NamedModel,
  subject: VerifySubject,
  gflops: number | undefined,
): Promise<ModelFacts> {
  const info = readModelInfo(bytes, name);
  const shared = { role, name, bytes: bytes.length, sha256: await sha256(bytes), opset: info.opset ?? 0 };
  if (subject.kind !== "compiled") return { ...shared, nodes: info.nodeCount, ops: [...info.ops] };
  const { plain, optimized, buffers } = subject.compiled;
  const graph = role === "reference" ? plain : optimized;
  return {
    ...shared,
    nodes: graph.nodes.length,
    parameters: countParameters(graph, buffers),
    ...(gflops !== undefined && { gflops }),
    ops: [...opCensus(graph)],
  };
}

async function sha256(bytes: Uint8Array): Promise<string> {
  // ByteSources never share memory, so the buffer is no SharedArrayBuffer.
  const digest = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
