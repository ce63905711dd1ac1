import type { ModelConfig, PyCall, PyValue } from "@yolo-compile/network";

/** The checked contents of a YOLOv5 yaml. */
export interface Yolov5Yaml extends Pick<ModelConfig, "name" | "nc" | "ch" | "rows"> {
  readonly depthMultiple: number;
  readonly widthMultiple: number;
  /** Pixels, `[[w,h,w,h,…] per level]`, or a count. */
  readonly anchors: PyValue;
  /** The default activation, where it is not SiLU. */
  readonly activation?: PyCall;
  /** `eps` of the BatchNorms in the last row, where it is not the others'. */
  readonly headEps?: number;
}
