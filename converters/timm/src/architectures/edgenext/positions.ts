import { floats, type Value } from "@yolo-compile/ir";

/** Sines and cosines of as many wavelengths for each axis. */
const COUNT = 32;
const TEMPERATURE = 10_000;
const EPS = 1e-6;

/** The angle of a position, of `size` positions, at one of the wavelengths. */
function angle(position: number, size: number, index: number): number {
  const turn = ((position + 1) / (size + EPS)) * 2 * Math.PI;
  return turn / TEMPERATURE ** ((2 * Math.floor(index / 2)) / COUNT);
}

const wave = (position: number, size: number, index: number): number =>
  (index % 2 === 0 ? Math.sin : Math.cos)(angle(position, size, index));

/** Channels of waves along the rows, then along the columns: [1,64,h,w]. PositionalEncodingFourier */
export function fourierPositions(height: number, width: number): Value {
  const channels = Array.from({ length: 2 * COUNT }, (_, channel) => channel);
  const rows = Array.from({ length: height }, (_, row) => row);
  const columns = Array.from({ length: width }, (_, column) => column);
  const data = channels.flatMap((channel) =>
    rows.flatMap((row) =>
      columns.map((column) => (channel < COUNT ? wave(row, height, channel) : wave(column, width, channel - COUNT))),
    ),
  );
  return floats(data, [1, 2 * COUNT, height, width], "positions");
}
