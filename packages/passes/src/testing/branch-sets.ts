import fc from "fast-check";
import { graph, norm, statistics } from "./branch-texts.js";

/** One axis of a convolution: taps, and which of them sees the output's own pixel at stride 1, or free pads. */
const axes = fc
  .record({
    kernel: fc.integer({ min: 1, max: 5 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    own: fc.option(fc.nat({ max: 4 })),
    stride: fc.integer({ min: 1, max: 2 }),
    pads: fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 3 })),
  })
  .map(({ kernel, dilation, own, stride, pads: [before, after] }) =>
    own === null
      ? { kernel, dilation, stride, before, after, same: false }
      : {
          ...{ kernel, dilation, stride: 1, same: true },
          before: (own % kernel) * dilation,
          after: (kernel - 1 - (own % kernel)) * dilation,
        },
  );
type Axis = typeof axes extends fc.Arbitrary<infer Value> ? Value : never;

/** Some of the taps of an axis, every one or every other, as an axis of a branch with the same outputs. */
function partOf({ kernel, dilation, stride, before, after }: Axis, first: number, last: number, step: number) {
  const least = Math.min(first % kernel, Math.floor(before / dilation));
  const most = Math.max(least, kernel - 1 - Math.floor(after / dilation), last % kernel);
  const every = (most - least) % step === 0 ? step : 1;
  return {
    kernel: (most - least) / every + 1,
    dilation: dilation * every,
    stride,
    before: before - least * dilation,
    after: after - (kernel - 1 - most) * dilation,
  };
}

const branch = fc.record({
  finer: fc.constantFrom(1, 2, 4),
  ends: fc.array(fc.nat({ max: 4 }), { minLength: 4, maxLength: 4 }),
  step: fc.integer({ min: 1, max: 2 }),
  normed: fc.boolean(),
  bias: fc.boolean(),
  op: fc.constantFrom("Add", "Sub"),
  first: fc.boolean(),
});

const CHANNELS = 8;

/** A convolution and `others` of the same input, whose taps and channels are some of its, one after the other in a sum. */
export const branchSets = fc
  .record({ rows: axes, columns: axes, group: fc.constantFrom(1, 2), normed: fc.boolean() })
  .chain((host) =>
    fc.record({
      host: fc.constant(host),
      others: fc.array(branch, { minLength: 1, maxLength: 4 }),
      skip: fc.boolean(),
    }),
  )
  .map(({ host: { rows, columns, group, normed }, others, skip }) => {
    const lines: string[] = [];
    const conv = (
      name: number,
      axes: readonly Omit<Axis, "same">[],
      groups: number,
      options: { normed: boolean; bias: boolean },
    ): string => {
      const [h, w] = axes as [Axis, Axis];
      lines.push(
        `%w${name} = f32[${CHANNELS},${CHANNELS / groups},${h.kernel},${w.kernel}] random ${name}`,
        `%k${name} = f32[${CHANNELS}] random ${name}9`,
        `%c${name} = Conv(%x, %w${name}${options.bias ? `, %k${name}` : ""}) {group=${groups}, strides=[${h.stride}, ${w.stride}], dilations=[${h.dilation}, ${w.dilation}], pads=[${h.before}, ${w.before}, ${h.after}, ${w.after}]}`,
      );
      if (!options.normed) return `c${name}`;
      lines.push(statistics(name, CHANNELS), norm(name, `c${name}`, `n${name}`));
      return `n${name}`;
    };
    let sum = conv(1, [rows, columns], group, { normed, bias: !normed });
    for (const [index, { finer, ends, step, op, first, ...options }] of others.entries()) {
      const [a, b, c, d] = ends as [number, number, number, number];
      const term = conv(index + 2, [partOf(rows, a, b, step), partOf(columns, c, d, step)], group * finer, options);
      lines.push(`%s${index} = ${op}(${first ? `%${term}, %${sum}` : `%${sum}, %${term}`})`);
      sum = `s${index}`;
    }
    if (skip && rows.same && columns.same) {
      lines.push(statistics(8, CHANNELS), norm(8, "x", "skip"), `%with = Add(%skip, %${sum})`);
      sum = "with";
    }
    return graph(lines.join("\n"), { x: `f32[1,${CHANNELS},12,11]`, result: `%${sum}` });
  });
