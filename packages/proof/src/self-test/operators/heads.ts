import { elementCount, type PartName } from "@yolo-compile/core";
import type { Node, Value } from "@yolo-compile/ir";
import { changeConstant } from "../edit.js";
import type { Mutation, MutationOperator, Site } from "../mutation.js";

const BIAS = 2;

/** A logit so far down that its probability is 0. */
const DEAD = -30;

/** A shift of a logit that changes scores by up to 0.025. */
const SHIFT = 0.1;

/** The channels of a head's convolution that become one part of an output, and their columns in that output. */
interface HeadPart {
  readonly name: PartName;
  readonly channels: readonly number[];
  /** The column of each channel within its part. */
  readonly place: (channel: number) => number;
  readonly isSaturated: (channel: number) => boolean;
}

/**
 * The scores among the channels of a convolution whose result is reshaped to [n,anchors,columns,..], `columns` being those of an
 * output; a last Gemm or convolution is a part of its own.
 */
function scoresOf(node: Node, { nodes, layouts, isSaturated }: Site): readonly HeadPart[] {
  const [made] = node.outputs;
  const channels = made!.type.shape[1];
  const reshaped = nodes.find(({ op, inputs }) => op === "Reshape" && inputs[0] === made)?.outputs[0]?.type.shape ?? [];
  return layouts.flatMap(({ output, parts }) => {
    const columns = parts.reduce((sum, { count }) => sum + count, 0);
    if (typeof channels !== "number" || channels % columns !== 0 || reshaped[2] !== columns) return [];
    const all = [...Array(channels).keys()];
    let first = 0;
    return parts.flatMap(({ name, kind, count }): HeadPart[] => {
      const start = first;
      first += count;
      const place = (channel: number): number => (channel % columns) - start;
      const own = all.filter((channel) => place(channel) >= 0 && place(channel) < count);
      const saturated = (channel: number): boolean => isSaturated(output, channel % columns);
      return kind === "probability" ? [{ name, channels: own, place, isSaturated: saturated }] : [];
    });
  });
}

const isBias = (value: Value | undefined): value is Value => value?.constant !== undefined;

const onScores = (
  name: string,
  mutate: (node: Node, parts: readonly HeadPart[], site: Site) => Mutation | undefined,
): MutationOperator => ({
  name,
  ops: ["Conv"],
  stage: "optimized",
  mutate: (node, site) => {
    const parts = isBias(node.inputs[BIAS]) ? scoresOf(node, site) : [];
    return parts.length > 0 ? mutate(node, parts, site) : undefined;
  },
});

const shiftBy = (node: Node, channel: number, text: string): Mutation =>
  changeConstant(node, BIAS, text, (numbers) => {
    numbers[channel] = numbers[channel]! - SHIFT;
    return numbers;
  });

const kill = (node: Node, channels: readonly number[], text: string): Mutation =>
  changeConstant(node, BIAS, text, (numbers) => {
    for (const channel of channels) numbers[channel] = DEAD;
    return numbers;
  });

/** Faults in the scores of a network's objects. */
export const HEAD_OPERATORS: readonly MutationOperator[] = [
  onScores("shift-logit", (node, parts, { pick }) => {
    const logits = parts.flatMap(({ name, channels, isSaturated }) =>
      channels.filter((channel) => !isSaturated(channel)).map((channel) => ({ name, channel })),
    );
    if (logits.length === 0) return undefined;
    const { name, channel } = logits[pick(logits.length)]!;
    return shiftBy(node, channel, `the logit of channel ${channel} (${name}) is ${SHIFT} too low`);
  }),
  onScores("kill-objectness", (node, parts) => {
    const part = parts.find(({ name }) => name === "objectness");
    return part && kill(node, part.channels, `objectness is dead: its logits are ${DEAD}`);
  }),
  onScores("kill-class", (node, parts, { pick }) => {
    const part = parts.find(({ name }) => name === "classes");
    if (!part) return undefined;
    const dead = pick(new Set(part.channels.map(part.place)).size);
    const channels = part.channels.filter((channel) => part.place(channel) === dead);
    return kill(node, channels, `class ${dead} is dead: its logits are ${DEAD}`);
  }),
  {
    name: "shift-answer",
    ops: ["Gemm"],
    stage: "optimized",
    mutate: (node, { pick }) => {
      const bias = node.inputs[BIAS];
      if (!isBias(bias)) return undefined;
      const channel = pick(elementCount(bias.type.shape as readonly number[]));
      return shiftBy(node, channel, `number ${channel} is ${SHIFT} too low`);
    },
  },
  {
    name: "scale-anchors",
    ops: ["Mul"],
    stage: "optimized",
    mutate: (node, { producer }) => {
      const index = node.inputs.findIndex((input) => input?.constant);
      const isBox = node.inputs.some((input) => producer(input)?.op === "Pow");
      if (index < 0 || !isBox) return undefined;
      return changeConstant(node, index, "the anchors are a hundredth too large", (numbers) =>
        numbers.map((value) => 1.01 * value),
      );
    },
  },
];
