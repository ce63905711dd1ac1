import { CompileError, nearestNames } from "@yolo-compile/core";
import { type PyValue, repr } from "@yolo-compile/network";

/** For a key of `model_cfg` that no EfficientViT has. */
export const unknownSetting = (key: string, known: readonly string[], module: string, where: string): CompileError => {
  const near = nearestNames(key, known);
  return new CompileError({
    code: "efficientvit/settings",
    message: `${module}: model_cfg has ${key}, which is no setting of an EfficientViT`,
    hint: near.length > 0 ? `did you mean ${near.join(", ")}?` : `it takes ${known.join(", ")}`,
    where,
  });
};

/** For a value of `model_cfg` that is not what its key takes. */
export const wrongSetting = (
  key: string,
  found: PyValue,
  expected: string,
  module: string,
  where: string,
): CompileError =>
  new CompileError({
    code: "efficientvit/settings",
    message: `${module}: model_cfg.${key} is ${repr(found).slice(0, 80)}, expected ${expected}`,
    where,
  });

/** A stage's map and the windows that attention cuts it into. */
export interface MapAndWindow {
  readonly stage: number;
  readonly height: number;
  readonly width: number;
  /** Side of a window. */
  readonly window: number;
  /** Side of the square that the bias table is made for; the window's, but for models trained on smaller maps. */
  readonly table: number;
}

/** For an image size whose maps do not fit the attention biases; `working` names sizes that do. */
export const windowTooLarge = (
  image: readonly [number, number],
  { stage, height, width, window, table }: MapAndWindow,
  working: string,
): CompileError =>
  new CompileError({
    code: "efficientvit/window",
    message: `an image of ${image.join("x")} makes a map of ${height}x${width} tokens at stage ${stage + 1}; its attention has biases for ${table}x${table} tokens and cuts a map into windows only where a side is longer than ${window}`,
    hint: working,
  });
