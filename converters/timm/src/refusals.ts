/** Names of timm's that YOLOv5's code cannot make a backbone of, and the reason. */
const REFUSALS: readonly (readonly [RegExp, string])[] = [
  [
    /^(swin|vit|visformer|levit|efficientformer|coatnet|hiera|mvitv2|crossvit|convmixer)/,
    "YOLOv5 measures strides on an image of 256x256, for which this transformer is not made; the original cannot build it either",
  ],
  [
    /^(rexnet|skresnet|resnest)/,
    "YOLOv5 measures strides in training mode with one image, where a BatchNorm on a map of 1x1 fails; the original cannot build it either",
  ],
];

/** The reason for which a backbone of timm cannot be built; undefined where there is none. */
export const refusalOf = (name: string): string | undefined => REFUSALS.find(([names]) => names.test(name))?.[1];
