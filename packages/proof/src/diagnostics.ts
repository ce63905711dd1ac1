import { CompileError } from "@yolo-compile/core";

/** For a model whose inputs or outputs are not those of a YOLOv5 detector; `what` names the side. */
export const noDetector = (
  model: string,
  what: string,
  values: readonly { readonly name: string; readonly shape: readonly (number | string)[] }[],
): CompileError =>
  new CompileError({
    code: "detect/model",
    message: `${model} is no YOLOv5 detector: ${what} are ${values.map(({ name, shape }) => `${name} [${shape.join(",")}]`).join(", ") || "none"}`,
    hint: "expected an image [n,3,h,w] that gives rows [n,boxes,5+classes], and perhaps prototypes",
  });
