import { unknownPipeline } from "./diagnostics.js";

/** All pipelines, from the one that rewrites least to the one that rewrites most. */
export const PIPELINE_NAMES = ["none", "fuse", "full"] as const;

/** One of {@link PIPELINE_NAMES}. */
export type PipelineName = (typeof PIPELINE_NAMES)[number];

/** @throws passes/pipeline */
export function pipelineName(name: string): PipelineName {
  const found = PIPELINE_NAMES.find((known) => known === name);
  if (!found) throw unknownPipeline(name, PIPELINE_NAMES);
  return found;
}
