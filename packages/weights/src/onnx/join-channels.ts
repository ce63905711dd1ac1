import { allocate, elementCount, groupBy, type LazyTensor } from "@yolo-compile/core";

/** `model.17.cv3.conv.weight:0-32`: the channels that a convolution of one of several joined maps reads. */
const PART = /^(.+):(\d{1,9})-(\d{1,9})$/;

interface Part {
  readonly whole: string;
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly tensor: LazyTensor;
}

/** Weights [filters,channels,…] whose channels were parted by our own rewriting, whole again; others as they are. */
export function joinChannels(tensors: ReadonlyMap<string, LazyTensor>): ReadonlyMap<string, LazyTensor> {
  const found = [...tensors].flatMap(([name, tensor]): Part[] => {
    const [, whole, start, end] = PART.exec(name) ?? [];
    return whole === undefined ? [] : [{ whole, name, start: Number(start), end: Number(end), tensor }];
  });
  const result = new Map(tensors);
  for (const [whole, unsorted] of groupBy(found, (part) => part.whole)) {
    const parts = [...unsorted].sort((a, b) => a.start - b.start);
    if (tensors.has(whole) || !fitTogether(parts)) continue;
    for (const { name } of parts) result.delete(name);
    result.set(whole, joined(parts.map(({ tensor }) => tensor)));
  }
  return result;
}

/** Whether parts follow each other from channel 0 on, and differ in nothing else. */
function fitTogether(parts: readonly Part[]): boolean {
  const [first] = parts as [Part, ...Part[]];
  const rest = ({ tensor: { dtype, shape } }: Part) => [dtype, shape[0], ...shape.slice(2)].join();
  return parts.every(
    (part, index) =>
      part.start === (parts[index - 1]?.end ?? 0) &&
      part.tensor.shape[1] === part.end - part.start &&
      rest(part) === rest(first),
  );
}

function joined(parts: readonly LazyTensor[]): LazyTensor {
  const [{ dtype, shape: one }] = parts as [LazyTensor, ...LazyTensor[]];
  const channels = parts.reduce((sum, { shape }) => sum + shape[1]!, 0);
  const shape = [one[0]!, channels, ...one.slice(2)];
  const read = () => {
    const data = allocate(dtype, elementCount(shape));
    let at = 0;
    const read = parts.map((part) => ({ data: part.read().data, stride: elementCount(part.shape.slice(1)) }));
    for (let filter = 0; filter < one[0]!; filter++)
      for (const { data: own, stride } of read) {
        data.set(own.subarray(filter * stride, (filter + 1) * stride) as never, at); // all have one dtype
        at += stride;
      }
    return { dtype, shape, data };
  };
  return { dtype, shape, read };
}
