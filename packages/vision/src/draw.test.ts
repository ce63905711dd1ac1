import { expect, test } from "@jest/globals";
import type { Box, Detection } from "./detection.js";
import { drawDetections } from "./draw.js";
import type { Image } from "./image.js";
import { channelsOf, classColour } from "./palette.js";
import { cornersOf } from "./rotated-box.js";
import { noise } from "./testing/computed.js";

const PICTURE = noise([200, 150]);
const NAMES = ["circle", '<square> & "co"'];
const found = (box: Box, classIndex = 0, score = 0.9): Detection => ({ box, classIndex, score });
const pixel = ({ width, data }: Image, x: number, y: number) => {
  const start = (y * width + x) * 3;
  return Array.from(data.subarray(start, start + 3));
};

function changed(image: Image): { x: number; y: number }[] {
  const places: { x: number; y: number }[] = [];
  for (let y = 0; y < image.height; y++)
    for (let x = 0; x < image.width; x++)
      if (pixel(image, x, y).join() !== pixel(PICTURE, x, y).join()) places.push({ x, y });
  return places;
}

test("nothing found leaves the picture as it is, in a copy", async () => {
  const image = await drawDetections(PICTURE, [], NAMES);
  expect(changed(image)).toEqual([]);
  expect(image.data).not.toBe(PICTURE.data);
});

test("only the frame and the label above it change", async () => {
  const before = PICTURE.data.slice();
  const image = await drawDetections(PICTURE, [found([40, 50, 120, 110])], NAMES);
  const places = changed(image);
  const onFrame = ({ x, y }: { x: number; y: number }) => {
    const near = (value: number, edge: number) => value >= edge - 2 && value <= edge + 1;
    const across = x >= 38 && x <= 121;
    return (across && (near(y, 50) || near(y, 110))) || (y >= 48 && y <= 111 && (near(x, 40) || near(x, 120)));
  };
  const labels = places.filter((place) => !onFrame(place));
  expect(places.length - labels.length).toBeGreaterThan(4 * 60);
  expect(labels.length).toBeGreaterThan(500);
  expect(labels.every(({ x, y }) => x >= 39 && x < 150 && y >= 33 && y < 50)).toBe(true);
  expect(PICTURE.data).toEqual(before);
});

test("frames have the class's colour, fully", async () => {
  const image = await drawDetections(PICTURE, [found([40, 50, 120, 110], 1)], NAMES);
  for (const [x, y] of [
    [39, 80],
    [40, 80],
    [119, 80],
    [120, 80],
    [80, 109],
    [80, 110],
  ] as const)
    expect(pixel(image, x, y)).toEqual(Array.from(channelsOf(classColour(1))));
});

test("of two frames at one place the better one shows", async () => {
  const [weak, strong] = [found([40, 50, 120, 110], 0, 0.3), found([40, 50, 120, 110], 1, 0.8)];
  for (const order of [
    [weak, strong],
    [strong, weak],
  ])
    expect(pixel(await drawDetections(PICTURE, order, NAMES), 80, 110)).toEqual(Array.from(channelsOf(classColour(1))));
});

test("a label holds letters: its ground and its ink both show", async () => {
  const image = await drawDetections(PICTURE, [found([40, 50, 120, 110], 1)], NAMES);
  const label = Array.from({ length: 90 * 12 }, (_, at) =>
    pixel(image, 42 + (at % 90), 35 + Math.floor(at / 90)).join(),
  );
  const ground = Array.from(channelsOf(classColour(1))).join();
  expect(label.filter((value) => value === ground).length).toBeGreaterThan(400);
  expect(label.filter((value) => value === "0,0,0").length).toBeGreaterThan(60);
});

test("another name gives another label, letters beyond ASCII too", async () => {
  const box: Box = [40, 50, 120, 110];
  const [a, b, unnamed] = await Promise.all(
    [["größe"], ["grösse"], []].map((names) => drawDetections(PICTURE, [found(box)], names)),
  );
  expect(Buffer.compare(a!.data, b!.data)).not.toBe(0);
  expect(Buffer.compare(a!.data, unnamed!.data)).not.toBe(0);
});

test("boxes at and beyond the picture's edge, without area, or in a tiny picture are drawn", async () => {
  const boxes: Box[] = [
    [0, 0, 200, 150],
    [-30, -30, 20, 20],
    [199, 149, 260, 200],
    [50, 50, 50, 50],
    [190, 1, 199, 9],
  ];
  const image = await drawDetections(
    PICTURE,
    boxes.map((box) => found(box)),
    NAMES,
  );
  expect(image.data.length).toBe(PICTURE.data.length);
  expect(changed(image).length).toBeGreaterThan(1000);
  const tiny = await drawDetections(noise([1, 1]), [found([0, 0, 1, 1])], NAMES);
  expect([tiny.width, tiny.height, tiny.data.length]).toEqual([1, 1, 3]);
});

test("a mask blends its pixels with the class's colour, the first mask on top", async () => {
  const mask = { left: 60, top: 70, width: 2, height: 2, data: Uint8Array.of(1, 0, 0, 1) };
  const box: Box = [10, 20, 150, 140];
  const plain = await drawDetections(PICTURE, [found(box)], NAMES);
  const image = await drawDetections(PICTURE, [found(box)], NAMES, [mask]);
  const blend = (value: number, channel: number, colour: string) =>
    Math.round(value + (channelsOf(colour)[channel]! - value) * 0.45);
  for (const [x, y] of [
    [60, 70],
    [61, 71],
  ] as const)
    expect(pixel(image, x, y)).toEqual(pixel(PICTURE, x, y).map((value, at) => blend(value, at, classColour(0))));
  expect(pixel(image, 61, 70)).toEqual(pixel(PICTURE, 61, 70));
  expect(changed(image).length).toBe(changed(plain).length + 2);
  const both = await drawDetections(PICTURE, [found(box, 0), found(box, 1, 0.5)], NAMES, [mask, mask]);
  expect(pixel(both, 60, 70)).toEqual(
    pixel(PICTURE, 60, 70).map((value, at) => blend(blend(value, at, classColour(1)), at, classColour(0))),
  );
});

const joined = ({ x, y }: { x: number; y: number }, [ax, ay]: readonly number[], [bx, by]: readonly number[]) => {
  const [dx, dy] = [bx! - ax!, by! - ay!];
  const along = Math.min(1, Math.max(0, ((x - ax!) * dx + (y - ay!) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(x - ax! - along * dx, y - ay! - along * dy);
};

/** A slanted line's edge lies within its pixels: at least nine tenths of one in its middle are of the class's colour. */
function expectColour(found: readonly number[], classIndex: number): void {
  const colour = channelsOf(classColour(classIndex));
  expect(Math.max(...found.map((value, channel) => Math.abs(value - colour[channel]!)))).toBeLessThan(255 / 10);
}

test("a rotated box is drawn as its quadrilateral", async () => {
  const rotated = { center: [100, 90], size: [80, 30], angle: Math.PI / 6 } as const;
  const image = await drawDetections(PICTURE, [{ ...found([58, 57, 142, 123], 1), rotated }], NAMES);
  const corners = cornersOf(rotated);
  const sides = corners.map((corner, index) => [corner, corners[(index + 1) % 4]!] as const);
  const below = changed(image).filter(({ y }) => y > 60); // the label is above
  expect(below.length).toBeGreaterThan(200);
  for (const place of below) expect(Math.min(...sides.map(([a, b]) => joined(place, a, b)))).toBeLessThan(4);
  for (const [[ax, ay], [bx, by]] of sides)
    expectColour(pixel(image, Math.floor((ax + bx) / 2), Math.floor((ay + by) / 2)), 1);
});
