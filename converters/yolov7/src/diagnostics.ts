import { CompileError } from "@yolo-compile/core";

/** For a map that a block cannot take because it is no square. */
export const squareOnly = (module: string, [height, width]: readonly [number, number], where: string): CompileError =>
  new CompileError({
    code: "yolov7/square",
    message: `${module} with use_se pools by a square kernel, its map is ${height}x${width}`,
    hint: "PyTorch's own code takes square images only; so give --imgsz one number",
    where,
  });
