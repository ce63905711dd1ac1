import { elementCount, fromNumbers, sameShape, type Tensor, toFloat64 } from "@yolo-compile/core";
import { fixedShape, fixedSize, lazyConstant, type Node, type Value } from "@yolo-compile/ir";
import { isMiss, type Miss, miss, type RuleContext, rule } from "../rule.js";
import { isSumming, type LinearSum, type LinearTerm, linearSum, SUMMING } from "./linear-terms.js";

/** The pixels and channels that a term reads: output pixel i sees x[i · stride + tap · dilation − pad]. */
interface Reach {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
  readonly group: number;
}

/** x itself is a convolution in as many groups as it has channels, its only tap on the output's own pixel. */
const reachOf = ({ x, conv }: LinearTerm): Reach =>
  conv
    ? { kernel: fixedShape(conv.inputs[1]!).slice(2), ...conv.attributes }
    : { kernel: [1, 1], strides: [1, 1], pads: [0, 0], dilations: [1, 1], group: fixedSize(x, 1) };

/** A branch in the kernel of another: the place of each of its taps there, by axis. */
interface Placement {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

/** The place of `branch` in the kernel of `host`; undefined where that has not all of its taps and channels. */
function placeIn(host: Reach, branch: Reach): Placement | undefined {
  if (branch.group % host.group !== 0) return undefined;
  const [rows, columns] = [0, 1].map((axis) => {
    if (host.strides[axis] !== branch.strides[axis]) return undefined;
    const places = Array.from(
      { length: branch.kernel[axis]! },
      (_, tap) => (tap * branch.dilations[axis]! - branch.pads[axis]! + host.pads[axis]!) / host.dilations[axis]!,
    );
    const inside = (place: number): boolean => Number.isInteger(place) && place >= 0 && place < host.kernel[axis]!;
    return places.every(inside) ? places : undefined;
  });
  return rows && columns ? { rows, columns } : undefined;
}

/** A term, and its place in the kernel of the term that hosts all. */
interface PlacedTerm extends Reach, Placement {
  readonly term: LinearTerm;
}

/** A sum whose terms all have their place in the kernel of one of them. */
interface Mergeable extends LinearSum {
  readonly host: Node<"Conv">;
  readonly placed: readonly PlacedTerm[];
}

const ALONE = "one branch has nothing but BatchNormalizations around it";

/** Whether nothing but BatchNormalizations can be around a single branch, at a glance: statistics are read later. */
function isLast({ op, inputs }: Node, { producer }: RuleContext): boolean {
  const feeder = producer(inputs[0]);
  return op === "BatchNormalization" && !(feeder && isSumming(feeder));
}

function mergeable(node: Node, context: RuleContext): Mergeable | Miss {
  if (isLast(node, context)) return miss(ALONE);
  const sum = linearSum(node, context);
  if (isMiss(sum)) return sum;
  const { terms, nodes } = sum;
  const first = terms.find(({ conv }) => conv);
  if (!first) return miss("no branch is a convolution");
  if (nodes.every(({ op }) => op === "Conv" || op === "BatchNormalization")) return miss(ALONE);
  const stranger = terms.find(({ x }) => x !== first.x);
  if (stranger) return miss(`not all branches start at %${first.x.hint}: one does at %${stranger.x.hint}`);
  const whole = node.outputs[0]!.type.shape;
  if (terms.some(({ x, conv }) => !conv && !sameShape(x.type.shape, whole))) return miss("the terms differ in shape");
  for (const { conv } of terms) {
    if (!conv) continue;
    const host = reachOf({ ...first, conv });
    const placed = terms.flatMap((term) => {
      const reach = reachOf(term);
      const place = placeIn(host, reach);
      return place ? [{ ...reach, ...place, term }] : [];
    });
    if (placed.length === terms.length) return { ...sum, host: conv, placed };
  }
  return miss("no branch's kernel has a place for all others");
}

/** Whether its only user makes a larger sum of it. */
function isPart(node: Node, context: RuleContext): boolean {
  const [user, ...others] = context.users(node.outputs[0]!);
  if (!user || others.length > 0 || context.isOutput(node.outputs[0]!)) return false;
  return isSumming(user) && !isMiss(mergeable(user, context));
}

/** Adds a term's kernel, scaled, to `sum`: [filters, channels / group, h, w] of the host. */
function addKernel(sum: Float64Array, shape: readonly number[], channels: number, placed: PlacedTerm): void {
  const { term, kernel, rows, columns, group } = placed;
  const [filters, perGroup, height, width] = shape as [number, number, number, number];
  const [h, w] = kernel as [number, number];
  const own = channels / group;
  const weight = term.conv ? toFloat64(term.conv.inputs[1]!.constant!.read()) : new Float64Array(filters).fill(1);
  for (let filter = 0, index = 0; filter < filters; filter++) {
    const scale = term.affine.scale[filter]!;
    // The first channel that the filter reads, counted from the first that it reads in the host.
    const base = (Math.floor(filter / (filters / group)) * own) % perGroup;
    for (let channel = base; channel < base + own; channel++)
      for (let row = 0; row < h; row++)
        for (let column = 0; column < w; column++, index++)
          sum[((filter * perGroup + channel) * height + rows[row]!) * width + columns[column]!]! +=
            weight[index]! * scale;
  }
}

/** Σ Wᵢ · scaleᵢ, computed when it is read and rounded once. */
function mergedWeight(host: Node<"Conv">, placed: readonly PlacedTerm[]): Value {
  const weight = host.inputs[1]!;
  const { dtype, shape } = weight.constant!;
  const channels = fixedSize(host.inputs[0]!, 1);
  const read = (): Tensor => {
    const sum = new Float64Array(elementCount(shape));
    for (const each of placed) addKernel(sum, shape, channels, each);
    return { dtype, shape, data: fromNumbers(dtype, sum) };
  };
  return lazyConstant({ dtype, shape, read }, weight.hint);
}

/** Σ bᵢ · scaleᵢ + shiftᵢ; undefined where no term has a bias or a shift. */
function mergedBias(host: Node<"Conv">, terms: readonly LinearTerm[]): Value | undefined {
  const biases = terms.map(({ conv }) => conv?.inputs[2]);
  if (!biases.some(Boolean) && terms.every(({ affine }) => affine.shift.every((each) => each === 0))) return undefined;
  const weight = host.inputs[1]!;
  const { dtype } = weight.constant!;
  const shape = [fixedSize(weight, 0)];
  const read = (): Tensor => {
    const sum = new Float64Array(shape[0]!);
    for (const [index, { affine }] of terms.entries()) {
      const bias = biases[index] && toFloat64(biases[index].constant!.read());
      for (const [filter, shift] of affine.shift.entries())
        sum[filter]! += (bias ? bias[filter]! * affine.scale[filter]! : 0) + shift;
    }
    return { dtype, shape, data: fromNumbers(dtype, sum) };
  };
  return lazyConstant({ dtype, shape, read }, weight.hint.replace(/weight$/, "bias"));
}

/**
 * Σ scaleᵢ · (Wᵢ x + bᵢ) + shiftᵢ = (Σ scaleᵢ · Wᵢ) x + Σ (scaleᵢ · bᵢ + shiftᵢ), for branches of one x: convolutions whose taps
 * all are taps of one of them, x itself, and BatchNormalizations, factors and shifts around each or around the sum. One branch
 * is enough where factors or shifts are around it. Computed in float64, rounded once.
 */
export const mergeBranches = rule("merge-branches", SUMMING, (node, context, { replace }) => {
  const merged = mergeable(node, context);
  if (isMiss(merged)) return merged;
  if (isPart(node, context)) return miss("it is a part of a larger sum");
  const { host, placed, terms, nodes } = merged;
  const inputs = [host.inputs[0], mergedWeight(host, placed), mergedBias(host, terms)];
  return replace(
    node,
    (emit) => emit("Conv", inputs[2] ? inputs : inputs.slice(0, 2), host.attributes),
    [host, ...nodes.filter((each) => each !== node && each !== host)],
    nodes.filter(({ op }) => op === "BatchNormalization"),
  );
});
