import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { isFloat, tensorBytes, toFloat64 } from "@yolo-compile/core";
import { findReference, type ReferenceCase } from "@yolo-compile/testkit";
import type { Checkpoint } from "./checkpoint.js";
import { errorOf, open } from "./testing/outcome.js";

const reference = findReference();
if (typeof reference === "string") console.warn(`skipped: ${reference}`);
const describeReference = typeof reference === "string" ? describe.skip : describe;

const never = (reason: string): never => {
  throw new Error(reason);
};
const path = (file: string): string => (typeof reference === "string" ? never(reference) : reference.path(file));

/** Relative error of a sum: the golden's was made tensor by tensor, ours at once. */
const SUM_ORDER = 1e-9;

const openFile = (file: string): Checkpoint => open(readFileSync(path(file)));

const caseOf = (name: string): ReferenceCase =>
  typeof reference === "string" ? never(reference) : reference.cases.find((candidate) => candidate.name === name)!;

function sumAbs(tensors: Checkpoint["tensors"]): number {
  let sum = 0;
  for (const tensor of tensors.values())
    if (isFloat(tensor.dtype)) for (const value of toFloat64(tensor.read())) sum += Math.abs(value);
  return sum;
}

const FILES: readonly (readonly [file: string, golden: string])[] = [
  ["weights/real/face.pt", "real_face"],
  ["weights/real/peony.pt", "real_peony"],
  ["weights/wf_micro.ckpt.pt", "wf_micro"],
  ["weights/wf_micro.train_ckpt.pt", "wf_micro"],
  ["weights/wf_micro.state_dict.pt", "wf_micro"],
  ["weights/wf_micro.safetensors", "wf_micro"],
  ["weights/wf_evit_tiny.ckpt.pt", "wf_evit_tiny"],
  ["weights/wf_evit_tiny.state_dict.pt", "wf_evit_tiny"],
  ["weights/wf_evit_tiny.safetensors", "wf_evit_tiny"],
];

describeReference("reference checkpoints", () => {
  test.each(FILES)("%s has the golden's names, shapes and sum", (file, golden) => {
    const checkpoint = openFile(file);
    const { state_dict_keys, weights } = caseOf(golden);
    const rows = readFileSync(path(state_dict_keys), "utf8").trim().split("\n");
    const expected = rows.map((row) => row.split("\t").slice(0, 2));
    // The golden was loaded by v7.0, which has no anchor_grid among its buffers.
    const tensors = new Map([...checkpoint.tensors].filter(([name]) => !name.endsWith(".anchor_grid")));
    expect([...tensors].map(([name, { shape }]) => [name, shape.join()])).toEqual(expected);
    const sum = sumAbs(tensors);
    expect(Math.abs(sum / weights.sum_abs_all_float_entries - 1)).toBeLessThan(SUM_ORDER);
  });

  test.each(FILES.filter(([file]) => /ckpt|real/.test(file)))("%s knows eps, stride and names", (file, golden) => {
    const { model } = openFile(file);
    const { bn_eps, stride, names } = caseOf(golden);
    expect([...new Set(model?.batchNormEps?.values())]).toEqual(bn_eps);
    expect(model?.stride).toEqual(stride);
    expect(Object.fromEntries(model?.names ?? [])).toEqual(names);
  });

  test.each(["wf_micro", "wf_evit_tiny"])(
    "%s: state_dict and safetensors are equal bit for bit, fp16 in value",
    (name) => {
      const plain = openFile(`weights/${name}.state_dict.pt`);
      const safe = openFile(`weights/${name}.safetensors`);
      const half = openFile(`weights/${name}.ckpt.pt`);
      for (const [key, tensor] of plain.tensors) {
        const { dtype, shape } = tensor;
        expect([key, safe.tensors.get(key)]).toMatchObject([key, { dtype, shape }]);
        expect(Buffer.compare(tensorBytes(tensor.read()), tensorBytes(safe.tensors.get(key)!.read()))).toBe(0);
        expect(toFloat64(half.tensors.get(key)!.read())).toEqual(toFloat64(tensor.read()));
      }
    },
  );

  test("the hybrid remembers its topology and its stale caches", () => {
    const { model, notes } = openFile("weights/wf_evit_tiny.ckpt.pt");
    expect(model?.layers?.[0]).toMatchObject({ index: 4, backbone: true });
    expect(model?.layers?.[1]).toMatchObject({ index: 5, from: -1 });
    expect(notes.map(({ code }) => code)).toEqual(["weights/stale-cache"]);
  });

  test("a training checkpoint gives its ema", () => {
    expect(openFile("weights/wf_micro.train_ckpt.pt").model).toMatchObject({ entry: "ema", epoch: 3 });
  });

  test.each([
    ["truncated-1.pt", "archive/data/156 at byte 987224"],
    ["truncated-2.pt", "archive/data/150 at byte 394544"],
  ])("%s is named as a file that was cut short", (file, last) => {
    const { diagnostic } = errorOf(() => openFile(`weights/real/${file}`));
    expect(diagnostic.code).toBe("weights/truncated");
    expect(diagnostic.message).toContain(`the last entry that begins in them is ${last}`);
    expect(diagnostic.hint).toContain("fetch the file again");
  });
});
