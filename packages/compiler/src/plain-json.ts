import { isPyFloat, type PlainData } from "@yolo-compile/weights";

/** Python data as JSON: floats and long integers become numbers, so that `1.0` prints as `1`. */
export function plainJson(data: PlainData): unknown {
  if (typeof data === "bigint") return Number(data);
  if (typeof data !== "object" || data === null) return data;
  if (isPyFloat(data)) return data.pyFloat;
  if (Array.isArray(data)) return data.map(plainJson);
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, plainJson(value)]));
}
