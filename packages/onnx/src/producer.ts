/** What models name as their maker. */
export const PRODUCER = { name: "yolo-compile", version: "0.1.0" } as const;
