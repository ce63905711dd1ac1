import { uniformStream } from "@yolo-compile/core";

/** Planes of rows: the channels of all pictures of a batch, one after the other. */
export interface Canvas {
  readonly planes: number;
  readonly height: number;
  readonly width: number;
}

/** Numbers for each element of a canvas. Made by arithmetic alone, so that every machine makes the same. */
export type Pattern = (canvas: Canvas, seed: number) => Float32Array;

/** Planes of one picture, which share its shapes. */
const COLOURS = 3;

const SHAPES = 24;
/** Half the size of a shape, as a share of the shorter side. */
const [LEAST_RADIUS, MOST_RADIUS] = [0.02, 0.3];
const GRAIN = 0.04;

/** The share of a shape at a place; `x` and `y` are 0 in its middle and 1 at its border. */
type Coverage = (x: number, y: number) => number;

/** With a hard edge, with stripes, with corners, and without any edge. */
const COVERAGES: readonly Coverage[] = [
  (x, y) => (x * x + y * y < 1 ? 1 : 0),
  (x, y) => (x * x + y * y < 1 ? wave(3 * x + 2 * y) : 0),
  () => 1,
  (x, y) => Math.max(0, 1 - x * x - y * y) ** 2,
];

/** Triangles between 0 and 1, of period 1. */
const wave = (at: number): number => Math.abs(2 * (at - Math.floor(at)) - 1);

/** A synthetic picture: light that fades over it, shapes with edges, stripes and soft borders, some grain. */
export const picture: Pattern = (canvas, seed) => {
  const { planes, height, width } = canvas;
  const next = uniformStream(seed);
  const values = new Float32Array(planes * height * width);
  for (let plane = 0; plane < planes; plane++) {
    const [dark, down, right] = [0.2 + 0.3 * next(), 0.4 * next(), 0.3 * next()];
    for (let y = 0, at = plane * height * width; y < height; y++)
      for (let x = 0; x < width; x++, at++) values[at] = dark + (down * y) / height + (right * x) / width;
  }
  for (let first = 0; first < planes; first += COLOURS)
    for (let shape = 0; shape < SHAPES; shape++) paintShape(values, canvas, first, next);
  for (let at = 0; at < values.length; at++)
    values[at] = Math.min(1, Math.max(0, values[at]! + GRAIN * (next() - 0.5)));
  return values;
};

function paintShape(values: Float32Array, { planes, height, width }: Canvas, first: number, next: () => number): void {
  const cover = COVERAGES[Math.floor(next() * COVERAGES.length)]!;
  const size = Math.min(height, width) * (LEAST_RADIUS + (MOST_RADIUS - LEAST_RADIUS) * next() ** 3);
  const [middleX, middleY, radiusX, radiusY] = [width * next(), height * next(), size, size * (0.5 + next())];
  const colours = Array.from({ length: Math.min(COLOURS, planes - first) }, next);
  const [left, right] = span(middleX, radiusX, width);
  const [top, bottom] = span(middleY, radiusY, height);
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) {
      const share = cover((x + 0.5 - middleX) / radiusX, (y + 0.5 - middleY) / radiusY);
      if (share === 0) continue;
      for (const [channel, colour] of colours.entries()) {
        const at = ((first + channel) * height + y) * width + x;
        values[at] = values[at]! + share * (colour - values[at]!);
      }
    }
}

const span = (middle: number, radius: number, size: number): readonly [number, number] => [
  Math.max(0, Math.floor(middle - radius)),
  Math.min(size, Math.ceil(middle + radius)),
];

/** Elements across a ring, one more for each colour. */
const RING = 12;

/** Rings around the middle, finer towards the border, from 0 to 1. */
export const rings: Pattern = ({ planes, height, width }) => {
  const values = new Float32Array(planes * height * width);
  for (let plane = 0, at = 0; plane < planes; plane++) {
    const period = RING + (plane % COLOURS);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++, at++)
        values[at] = wave(
          ((x - width / 2) ** 2 + (y - height / 2) ** 2) / (period * (period + Math.max(height, width) / 4)),
        );
  }
  return values;
};

/** Elements along a block's side. */
const BLOCK = 4;

/** Blocks of noise between -4 and 4. */
export const blocks: Pattern = ({ planes, height, width }, seed) => {
  const [rows, columns] = [Math.ceil(height / BLOCK), Math.ceil(width / BLOCK)];
  const next = uniformStream(seed);
  const noise = Float64Array.from({ length: planes * rows * columns }, () => 8 * next() - 4);
  const values = new Float32Array(planes * height * width);
  for (let plane = 0, at = 0; plane < planes; plane++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++, at++)
        values[at] = noise[(plane * rows + Math.floor(y / BLOCK)) * columns + Math.floor(x / BLOCK)]!;
  return values;
};

/** A picture above rings on the left, blocks on the right: convolutions see each by itself, for the price of one run. */
export const collage: Pattern = (canvas, seed) => {
  const { planes, height, width } = canvas;
  const [middleX, middleY] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const values = new Float32Array(planes * height * width);
  const place = (pattern: Pattern, size: Omit<Canvas, "planes">, left: number, top: number): void => {
    const own = pattern({ planes, ...size }, seed);
    for (let row = 0; row < planes * size.height; row++) {
      const [plane, y] = [Math.floor(row / size.height), row % size.height];
      const line = own.subarray(row * size.width, (row + 1) * size.width);
      values.set(line, (plane * height + top + y) * width + left);
    }
  };
  place(picture, { height: middleY, width: middleX }, 0, 0);
  place(rings, { height: height - middleY, width: middleX }, 0, middleY);
  place(blocks, { height, width: width - middleX }, middleX, 0);
  return values;
};
