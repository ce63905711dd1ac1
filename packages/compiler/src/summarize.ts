import { type Summary, summarizeNetwork } from "@yolo-compile/network";
import { type GraphsRequest, type LoadOptions, loadNetwork } from "./compile-graphs.js";

/** YOLOv5's table of a yaml, or of the yaml inside a checkpoint. @throws yaml/…, network/…, compile/no-yaml */
export const summarize = ({
  config,
  checkpoint,
  ...options
}: Pick<GraphsRequest, "config" | "checkpoint"> & LoadOptions): Summary =>
  summarizeNetwork(loadNetwork(config, checkpoint, options));
