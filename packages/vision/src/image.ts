/** Pixels across and down. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A picture: RGB, 8 bits each, row by row without gaps; `data` has `width * height * 3` bytes. */
export interface Image extends Size {
  readonly data: Uint8Array;
}

/** A black picture. */
export const blankImage = ({ width, height }: Size): Image => ({
  width,
  height,
  data: new Uint8Array(width * height * CHANNELS),
});

/** Bytes of one pixel. */
export const CHANNELS = 3;
