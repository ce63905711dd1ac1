import { expect, test } from "@jest/globals";
import { NETWORK_LIMITS } from "@yolo-compile/network";
import { compileGraphs } from "./compile-graphs.js";

const yaml = (row: string, extra = ""): string => `
nc: 1
depth_multiple: 100
width_multiple: 1
anchors: [[10, 13]]
${extra}
backbone: [[-1, 1, Conv, [8, 3, 2]], ${row}]
head: [[[-1], 1, Detect, [nc, anchors]]]
`;

const outcome = (text: string, size: readonly [number, number] = [64, 64]): string => {
  try {
    compileGraphs({ config: { file: "a.yaml", text }, randomWeights: 1, size, batch: 1, passes: "none" });
    return "compiled";
  } catch (error) {
    return String(error);
  }
};

test.each([
  ["a row of a hundred thousand blocks", "[-1, 1000, C3, [8]]", /network\/too-large: nodes of the network: 20,001, /],
  [
    "thirty thousand channels, squared",
    "[-1, 1, Conv, [30000]], [-1, 1, Conv, [30000, 3]]",
    /network\/too-large: parameters of the network: /,
  ],
  ["a map of 2^40 pixels", "[-1, 1, nn.ZeroPad2d, [1048576]]", /network\/too-large: elements of one value: /],
  ["a width below zero", "[-1, 1, C3, [8, True, 1, -1]]", /network\/shape: .* \[-8,8,1,1\]/],
])("%s is refused while it is built", (_, row, message) => {
  expect(outcome(yaml(row))).toMatch(message);
});

test("a network that is allowed to be huge is built", () => {
  const text = yaml("[-1, 32, Bottleneck, [8]]");
  const request = {
    config: { file: "a.yaml", text },
    randomWeights: 1,
    size: [64, 64],
    batch: 1,
    passes: "none",
  } as const;
  expect(() => compileGraphs(request)).toThrow(/network\/too-large/);
  expect(compileGraphs({ ...request, allowHuge: true }).plain.nodes.length).toBeGreaterThan(NETWORK_LIMITS.nodes);
});

test("an image that nobody can store is refused before it is traced", () => {
  expect(outcome(yaml("[-1, 1, Conv, [8]]"), [1_000_000_000, 1_000_000_000])).toMatch(
    /network\/too-large: .*the image/,
  );
});
