/** The size at which the building of a network stops. A yaml of sixty bytes can ask for a million layers. */
export interface NetworkLimits {
  /** Nodes of the plain graph. Each costs time in every pass. */
  readonly nodes: number;
  /** Trained parameters. */
  readonly parameters: number;
  /** Elements of one value: a feature map, or the image. */
  readonly elements: number;
}

/** YOLOv5x6 has 1,500 nodes and 141 million parameters; a batch of 64 images of 1280 pixels has maps of 2^31 elements. */
export const NETWORK_LIMITS: NetworkLimits = { nodes: 20_000, parameters: 2e9, elements: 2 ** 32 };

/** The limits under `--allow-huge`: as far as memory reaches. Sizes stay whole numbers that a double can count. */
export const NO_LIMITS: NetworkLimits = {
  nodes: Number.MAX_SAFE_INTEGER,
  parameters: Number.MAX_SAFE_INTEGER,
  elements: 2 ** 53,
};
