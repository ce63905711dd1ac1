/** The detections of both models on one picture. */
export interface PictureFinding {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** A whole JPEG file. */
  readonly jpeg: Uint8Array;
  readonly reference: readonly FoundBox[];
  readonly candidate: readonly FoundBox[];
  /** Pairs with enough IoU. */
  readonly matched: number;
  /** Boxes of the reference without a partner. */
  readonly missing: number;
  /** Boxes of the candidate without a partner. */
  readonly extra: number;
  readonly classChanges: number;
  /** Pairs whose rank by score differs. */
  readonly orderChanges: number;
  /** Over the matched pairs; absent where there are none. */
  readonly worst?: PairFigures;
  readonly ok: boolean;
}

/** The worst of each over the matched pairs. */
export interface PairFigures {
  readonly maxScoreDelta: number;
  readonly minIou: number;
  /** Present where the models segment. */
  readonly minMaskIou?: number;
}

/** Left, top, right and bottom in pixels of the picture. */
export interface FoundBox {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly score: number;
  /** The class's name. */
  readonly label: string;
}
