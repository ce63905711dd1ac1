import { parseGraph } from "@yolo-compile/ir";
import { encodeBytes, OPSETS } from "@yolo-compile/onnx";

/** The model of a graph in the text form. */
export const encodeText = (text: string): Uint8Array => encodeBytes(parseGraph(text), { opset: OPSETS.default });
