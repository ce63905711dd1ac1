import { VERSION } from "@yolo-compile/core";

/** What models name as their maker. */
export const PRODUCER = { name: "yolo-compile", version: VERSION } as const;
