import { arch, cpus, platform } from "node:os";
import { VERSION } from "@yolo-compile/compiler";
import { type ReportContext, runtimeVersion } from "@yolo-compile/proof";

/** The program's version and the machine, for reports. @throws runtime/missing */
export const reportContext = async (): Promise<Pick<ReportContext, "tool" | "environment">> => ({
  tool: { name: "yolo-compile", version: VERSION },
  environment: [
    ["ONNX Runtime", await runtimeVersion()],
    ["Node", process.version],
    ["Machine", `${platform()} ${arch()}, ${cpus().length} x ${cpus()[0]?.model.trim() || "unknown processor"}`],
  ],
});
