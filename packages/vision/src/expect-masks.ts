import { castTensor, type Tensor, toFloat64 } from "@yolo-compile/core";
import type { Detection } from "./detection.js";
import type { SuppressedOutputs } from "./expect-suppression.js";
import { interpolate } from "./interpolate.js";
import { maskProbabilities } from "./masks.js";

/** How a graph puts masks together. */
export interface MaskRules {
  /** Pixels of the image along one side of a prototype's cell. */
  readonly stride: number;
  /** Whether masks are as large as the image. */
  readonly enlarged: boolean;
}

/**
 * The masks that a graph has to give, by the prototypes and the rows of its reference: those of {@link maskProbabilities}. They
 * are cut to the boxes of the graph's own rows, which are judged for themselves: a side that differs in its last bits may fall
 * on the other side of a cell's edge. @throws detect/output
 */
export function expectMasks(
  prototypes: Tensor,
  wanted: SuppressedOutputs,
  boxes: Tensor,
  { stride, enlarged }: MaskRules,
): Tensor {
  const [n, most] = wanted.rows.shape as [number, number, number];
  const [height, width] = prototypes.shape.slice(2).map((side) => (enlarged ? side * stride : side)) as [
    number,
    number,
  ];
  const area = height * width;
  const data = new Float32Array(n * most * area);
  for (let picture = 0; picture < n; picture++) {
    const detections = detectionsOf(wanted, boxes, picture);
    maskProbabilities(prototypes, detections, stride, picture).forEach((map, index) => {
      const own = data.subarray((picture * most + index) * area);
      if (!enlarged) own.set(map.data);
      else
        interpolate(map, { width, height }, { left: 0, top: 0, width, height }, (at, value) => {
          own[at] = value;
        });
    });
  }
  return { dtype: "f32", shape: [n, most, height, width], data };
}

/** The rows that stay, with corners from elsewhere. */
function detectionsOf({ rows, count }: SuppressedOutputs, boxes: Tensor, picture: number): readonly Detection[] {
  const [, most, columns] = rows.shape as [number, number, number];
  const [own, other] = [rows, boxes].map((each) => castTensor(each, "f32").data as Float32Array) as [
    Float32Array, // f32 by the cast
    Float32Array,
  ];
  return Array.from({ length: toFloat64(count)[picture]! }, (_, index) => {
    const at = (picture * most + index) * columns;
    return {
      box: [other[at]!, other[at + 1]!, other[at + 2]!, other[at + 3]!],
      score: own[at + 4]!,
      classIndex: own[at + 5]!,
      maskCoefficients: own.subarray(at + 6, at + columns),
    };
  });
}
