import { expect, test } from "@jest/globals";
import { codeOf, open } from "../testing/outcome.js";
import * as p from "../testing/pickle-writer.js";

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
