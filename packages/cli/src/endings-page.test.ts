import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { BOX_FORMS, HEADS, MASK_SIZES, readModelInfo } from "@yolo-compile/compiler";
import { runCli } from "./cli.js";
import { watchCli } from "./testing/watch-cli.js";

const PAGE = readFileSync(new URL("../../../docs/endings.md", import.meta.url), "utf8");

/** The page's checkpoints, as networks with random weights. */
const NETWORKS = new Map([
  ["best.pt", "yolov5n"],
  ["best-seg.pt", "yolov5n-seg"],
]);

/** A row of a table: a command, and the outputs that it gives. */
const ROWS = [...PAGE.matchAll(/^\| `yolo-compile ([^\s`]+)([^`]*)` \| (.*?) \|/gm)].map(
  ([, checkpoint = "", options = "", outputs = ""]) => ({
    checkpoint,
    options: options.split(" ").filter((each) => each !== ""),
    outputs: [...outputs.matchAll(/`(\w+) \[([\d,]+)\]`/g)].map(([, name, shape = ""]) => ({
      name,
      shape: shape.split(",").map(Number),
    })),
  }),
);

const cli = watchCli();

describe("docs/endings.md: the outputs are those of", () => {
  test.each(ROWS)("$checkpoint $options", async ({ checkpoint, options, outputs }) => {
    const given = [NETWORKS.get(checkpoint)!, "--random-weights", "1", ...options];
    expect(await runCli([...given, "--no-verify", "-o", cli.at("out.onnx")])).toBe(0);
    const found = readModelInfo(readFileSync(cli.at("out.onnx")), "out.onnx").outputs;
    expect(found.map(({ name, shape }) => ({ name, shape }))).toEqual(outputs);
  });

  test("every ending that there is", () => {
    const shown = ROWS.map(({ options }) => options.join(" ")).join("\n");
    const endings = [
      ...HEADS.filter((head) => head !== "decoded").map((head) => `--head ${head}`),
      ...BOX_FORMS.filter((form) => form !== "xyxy").map((form) => `--boxes ${form}`),
      ...MASK_SIZES.map((size) => `--masks ${size}`),
      "--nms onnx",
      "--top ",
      "--output-names ",
    ];
    for (const ending of endings) expect(shown).toContain(ending);
  });
});
