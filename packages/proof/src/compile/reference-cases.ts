import type { CompiledGraphs } from "@yolo-compile/compiler";
import { encodeBytes, OPSETS } from "@yolo-compile/onnx";
import { type ExpectedCase, type ModelSource, runReference } from "@yolo-compile/runtime";
import { chooseInputs, type InputChoice } from "../verify/choose-inputs.js";
import { SHAKE_SEED, shakeConstants } from "../verify/shake-constants.js";
import type { VerifyInput } from "../verify-inputs/index.js";

/** The outputs of the plain graph on the chosen inputs, which every other graph has to give. @throws runtime/… */
export const referenceCases = (
  { reference }: Pick<CompiledGraphs, "reference">,
  model: ModelSource,
  inputs: InputChoice,
): Promise<ExpectedCase<VerifyInput>[]> =>
  runReference({
    model,
    name: "the plain graph",
    inputs: (session) => chooseInputs(session, inputs),
    shakenModel: () => encodeBytes(shakeConstants(reference.graph, SHAKE_SEED), { opset: OPSETS.default }),
  });
