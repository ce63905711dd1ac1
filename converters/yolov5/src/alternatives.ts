import type { StoredWeights } from "@yolo-compile/network";
import { anchorCount } from "./anchors.js";
import type { Yolov5Yaml } from "./yolov5-yaml.js";

/** The gains of the official networks (n, s, m, l, x) and of common small ones. */
const WIDTHS = [0.0625, 0.125, 0.25, 0.5, 0.75, 1, 1.25];
const DEPTHS = [0.33, 0.67, 1, 1.33];

/** Another yaml, and its differences: `nc: 3`. */
interface AlternativeYaml {
  readonly yaml: Yolov5Yaml;
  readonly changes: readonly string[];
}

/** The yaml itself first, then with other `nc`, `width_multiple` and `depth_multiple`. */
export function alternativeYamls(given: Yolov5Yaml, stored: StoredWeights): AlternativeYaml[] {
  const classes = [...new Set([given.nc, ...storedClasses(given, stored)])];
  const widths = [...new Set([given.widthMultiple, ...WIDTHS])];
  const depths = [...new Set([given.depthMultiple, ...DEPTHS])];
  return classes.flatMap((nc) =>
    widths.flatMap((widthMultiple) =>
      depths.map((depthMultiple) => {
        const yaml = { ...given, nc, widthMultiple, depthMultiple };
        return { yaml, changes: changesBetween(given, yaml) };
      }),
    ),
  );
}

const changesBetween = (yaml: Yolov5Yaml, other: Yolov5Yaml): string[] => [
  ...(other.nc === yaml.nc ? [] : [`nc: ${other.nc}`]),
  ...(other.widthMultiple === yaml.widthMultiple ? [] : [`width_multiple: ${other.widthMultiple}`]),
  ...(other.depthMultiple === yaml.depthMultiple ? [] : [`depth_multiple: ${other.depthMultiple}`]),
];

/** Class counts that fit the head's convolutions: channels = anchors * (5 + nc [+ 32 masks]). */
function storedClasses({ anchors }: Yolov5Yaml, stored: StoredWeights): number[] {
  const count = anchorCount(anchors);
  const channels = [...stored].filter(([name]) => /\.m\.\d+\.bias$/.test(name)).map(([, { shape }]) => shape[0] ?? 0);
  return channels
    .flatMap((each) => [each / count - 5, each / count - 37])
    .filter((nc) => Number.isInteger(nc) && nc > 0);
}
