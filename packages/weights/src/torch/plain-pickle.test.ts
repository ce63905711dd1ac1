import { expect, test } from "@jest/globals";
import { codeOf, open } from "../testing/outcome.js";
import * as p from "../testing/pickle-writer.js";
import { numpyArray } from "../testing/torch-file.js";

const bytesOf = (...codes: readonly (number | string | p.Code)[]) => Uint8Array.from(p.raw(...codes));

test.each<[string, Uint8Array]>([
  ["protocol 4", p.pickle(p.reduce(p.global("posix", "system"), p.text("ls")), 4)],
  ["protocol 0", bytesOf("cposix\nsystem\np0\n(S'ls'\np1\ntp2\nRp3\n.")],
  ["protocol 0, as an instance", bytesOf("(S'ls'\niposix\nsystem\n.")],
  ["protocol 0, as OBJ", bytesOf("(cposix\nsystem\nS'ls'\no.")],
  ["protocol 0, in a dict", bytesOf("(dp0\nS'a'\ncposix\nsystem\n(S'ls'\ntRs.")],
  ["protocol 1, in a list", bytesOf("]q", 0, "cposix\nsystem\n(U", 2, "lstRa.")],
  ["the second pickle of a stream", Uint8Array.from([...p.pickle(p.none), ...p.pickle(p.global("os", "system"))])],
])("a command is found in %s", (_, bytes) => {
  expect(codeOf(() => open(bytes))).toBe("weights/suspicious");
  expect(codeOf(() => open(bytes, { allowSuspicious: true }))).toBe("weights/root");
});

test("a pickle without weights is an error, with or without bytes behind it", () => {
  expect(codeOf(() => open(p.pickle(p.dict(["a", p.int(1)]))))).toBe("weights/root");
  expect(codeOf(() => open(Uint8Array.from([...p.pickle(p.dict()), 1, 2, 3])))).toBe("weights/root");
});

test("a tensor of torch in it has no storage beside it", () => {
  const tensor = p.reduce(
    p.global("torch._utils", "_rebuild_tensor_v2"),
    p.persistent(p.tuple(p.text("storage"), p.global("torch", "FloatStorage"), p.text("0"), p.text("cpu"), p.int(1))),
    p.int(0),
    p.tuple(p.int(1)),
    p.tuple(p.int(1)),
  );
  expect(codeOf(() => open(p.pickle(p.dict(["w", tensor]))))).toBe("weights/storage");
});

const arrays = p.pickle(p.dict(["w", numpyArray([1], "f4", [0, 0, 128, 63])]));
const followedBy = (...rest: readonly (readonly number[] | Uint8Array)[]) =>
  Uint8Array.from([...arrays, ...rest.flatMap((bytes) => [...bytes])]);

test("weights with a command in a later pickle are refused, and read where that is allowed", () => {
  const bytes = followedBy(p.pickle(p.none), p.pickle(p.global("os", "system")));
  expect(codeOf(() => open(bytes))).toBe("weights/suspicious");
  expect(open(bytes, { allowSuspicious: true })).toMatchObject({ format: "pickle", suspicious: ["os.system"] });
});

test("what follows the weights need be no pickle", () => {
  expect([...open(followedBy([1, 2, 3])).tensors.keys()]).toEqual(["w"]);
  expect([...open(followedBy(p.pickle(p.none), [0x80])).tensors.keys()]).toEqual(["w"]);
});

test.each([
  [0, "weights/format"],
  [1, "weights/format"],
  [2, "weights/root"],
  [5, "weights/root"],
  [6, "weights/format"],
])("a pickle that says protocol %i", (protocol, code) => {
  expect(codeOf(() => open(p.pickle(p.int(1), protocol)))).toBe(code);
});
