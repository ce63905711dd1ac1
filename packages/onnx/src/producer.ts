import { VERSION } from "@yolo-compile/core";

/** The maker that models name. */
export const PRODUCER = { name: "yolo-compile", version: VERSION } as const;
