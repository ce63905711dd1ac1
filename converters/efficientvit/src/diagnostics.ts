import { CompileError, nearestNames, type Size } from "@yolo-compile/core";
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

/** For an open side with which the padding of a stage's windows would change. */
export const mapSizeOpen = (
  side: "height" | "width",
  size: Size,
  { stage, window, step }: { readonly stage: number; readonly window: number; readonly step: number },
): CompileError =>
  new CompileError({
    code: "efficientvit/open-size",
    message: `an image ${side} of ${size} makes maps at stage ${stage + 1} that are no whole number of windows of ${window}: how much they are padded depends on the size`,
    hint: `leave the ${side} fixed, or let it count in steps of ${step}: --dynamic ${side}=${step}`,
  });

/** For an open image of which some sizes make a map that attention would see whole, and cannot. */
export const wholeMapOpen = (
  image: readonly Size[],
  { stage, window, table }: Pick<MapAndWindow, "stage" | "window" | "table">,
): CompileError =>
  new CompileError({
    code: "efficientvit/open-size",
    message: `an image of ${image.join("x")} makes maps at stage ${stage + 1} that are seen whole at some sizes; its attention has biases for ${table}x${table} tokens in windows of ${window}`,
    hint: "leave height and width fixed",
  });
