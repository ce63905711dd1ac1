import type { CompiledGraphs } from "@yolo-compile/compiler";
import { encodeBytes } from "@yolo-compile/onnx";
import { type CandidateRequest, checkCandidate, type NamedInput, type Verification } from "@yolo-compile/runtime";
import { restatementFor } from "./restate.js";

/**
 * Checks an optimised graph, and where it suppresses boxes also its probe, on the same inputs: at its own confidence noise
 * may have no boxes that stay.
 * @throws as `checkCandidate`
 */
export async function checkEnding<Input extends NamedInput>(
  request: CandidateRequest<Input>,
  { reference, probe }: Pick<CompiledGraphs, "reference" | "probe">,
  opset: number,
): Promise<Verification> {
  const verification = await checkCandidate(request);
  const graphs = probe?.();
  const restated = graphs && restatementFor({ ...graphs, reference });
  if (!graphs || !restated) return verification;
  const opened = await checkCandidate({
    ...request,
    candidate: encodeBytes(graphs.optimized, { opset }),
    name: "the optimised graph at confidence 0",
    isReference: false,
    layouts: restated.layouts,
    restate: restated.restate,
    cases: request.cases.map((each) => ({
      ...each,
      input: { ...each.input, name: `${each.input.name}, confidence 0` },
    })),
    onRun: () => {},
  });
  return {
    ...verification,
    ok: verification.ok && opened.ok,
    comparisons: [...verification.comparisons, ...opened.comparisons],
    judged: [...verification.judged, ...opened.judged],
    illConditioned: [...verification.illConditioned, ...opened.illConditioned],
  };
}
