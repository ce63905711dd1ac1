import type { CompiledGraphs, GraphsRequest, OutputFile } from "@yolo-compile/compiler";
import type { Provider, Tolerance } from "@yolo-compile/runtime";
import type { PrecisionRequest } from "../precision/gather-facts.js";
import type { InputChoice } from "../verify/choose-inputs.js";
import type { FilePlace } from "./file-place.js";
import type { CompileFindings } from "./findings.js";

/** Options of the proof of a compilation. */
export interface ProofOptions {
  /** The provider on which the optimised graph runs besides the CPU. */
  readonly provider?: Provider;
  /** Left out, the default inputs from seed 1. */
  readonly inputs?: InputChoice;
  /** Left out, each provider's. */
  readonly tolerance?: Tolerance;
}

type Optional = "size" | "batch" | "passes";

/** A network, the name of its file and the proof. 640x640, one image and all passes where left out. */
export interface CompileRequest extends Omit<GraphsRequest, Optional>, Partial<Pick<GraphsRequest, Optional>> {
  /** Name of the model's file. Left out, that of the yaml or the checkpoint, ending in `.onnx`. */
  readonly file?: string;
  readonly opset?: number;
  /** Puts the weights into a file beside the model, which is done anyhow where they do not fit into it. */
  readonly externalData?: boolean;
  /** Left out, float32. */
  readonly precision?: PrecisionRequest;
  /** `false` gives files without a proof. */
  readonly verify?: ProofOptions | false;
  /** The place in which files are proven; left out, memory. */
  readonly place?: FilePlace;
  /** Called with the graphs, before the proof. */
  readonly onGraphs?: (graphs: CompiledGraphs) => void;
  /** Called with the current step. */
  readonly onStep?: (step: string) => void;
}

/** The files of a compilation, the model first. */
export interface Compiled extends CompileFindings {
  readonly files: readonly OutputFile[];
}
