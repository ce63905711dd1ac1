import { type LoadOptions, readClassNames } from "@yolo-compile/compiler";
import { openFile, readText } from "./files.js";
import { positiveInteger } from "./numbers.js";
import type { PlanOptions } from "./options.js";

/** What the options say about reading a yaml. @throws usage, input/unreadable, compile/names */
export const loadOptions = ({ modules, "allow-huge": allowHuge, nc, names }: PlanOptions): LoadOptions => ({
  modules,
  allowHuge,
  ...(nc !== undefined && { nc: positiveInteger("nc", nc) }),
  ...(names !== undefined && { names: readClassNames({ file: names, text: readText(openFile(names)) }) }),
});
