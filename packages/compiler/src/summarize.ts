import { type Summary, summarizeNetwork } from "@yolo-compile/network";
import { type GraphsRequest, loadNetwork } from "./compile-graphs.js";

/** YOLOv5's table of a yaml, or of the yaml inside a checkpoint. @throws yaml/…, network/…, compile/no-yaml */
export const summarize = ({
  config,
  checkpoint,
  modules,
}: Pick<GraphsRequest, "config" | "checkpoint" | "modules">): Summary =>
  summarizeNetwork(loadNetwork(config, checkpoint, modules));
