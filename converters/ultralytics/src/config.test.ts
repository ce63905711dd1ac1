import { describe, expect, test } from "@jest/globals";
import { tensorOf } from "@yolo-compile/core";
import { graphOf, parseYaml, planNetwork, TORCH_MODULES, traceNetwork } from "@yolo-compile/network";
import { readConfig } from "./config.js";
import { ULTRALYTICS } from "./family.js";
import { ULTRALYTICS_MODULES } from "./modules/index.js";

const ROWS = "backbone:\n  - [-1, 1, Conv, [64, 3, 2]]\nhead:\n  - [[0], 1, Detect, [nc]]\n";
const SCALES = "scales: {n: [0.33, 0.25, 1024], m: [0.67, 0.75, 48]}\n";
const read = (text: string, name = "m") => readConfig(parseYaml(`nc: 3\n${text}${ROWS}`, name), name);
const gains = ({ scaledChannels, gainedRepeats }: ReturnType<typeof read>) => [scaledChannels(64), gainedRepeats(6)];

describe("the scale", () => {
  test.each([
    ["yolov8n", [16, 2]],
    ["yolov8m-seg", [40, 4]],
    ["yolo11m", [40, 4]],
    ["yolov8", [16, 2]],
    ["mine", [16, 2]],
  ])("is that of the letter in %s, or the first", (name, expected) => {
    expect(gains(read(SCALES, name))).toEqual(expected);
  });

  test("is told by a checkpoint's yaml, whose name is lost", () => {
    expect(gains(read(`${SCALES}scale: m\n`, "best"))).toEqual([40, 4]);
    expect(gains(read(`${SCALES}scale: ''\n`, "yolov8m"))).toEqual([16, 2]);
    expect(gains(read(`${SCALES}yaml_file: models/yolov8m.yaml\n`, "best"))).toEqual([40, 4]);
  });

  test("is one of gains where there are no scales, and they are 1 where left out", () => {
    expect(gains(read("depth_multiple: 0.5\nwidth_multiple: 0.125\n"))).toEqual([8, 3]);
    expect(gains(read(""))).toEqual([64, 6]);
  });

  test.each([
    ["scales: {s: [1, 1, 512]}\n", "yolov8n", "scales.n is None, expected [depth, width, most channels]"],
    ["scales: {n: [1, 1]}\n", "m", "scales.n is [1, 1], expected"],
    ["scales: {n: [1, 0, 5]}\n", "m", "scales.n is [1, 0, 5], expected"],
    ["scales: {}\n", "m", "scales is {}, expected"],
    ["scales: 3\n", "m", "scales is 3, expected"],
    ["width_multiple: x\n", "m", "width_multiple is 'x', expected a number above 0"],
  ])("%j of %s is refused", (text, name, message) => {
    expect(() => read(text, name)).toThrow(message);
  });
});

test("channels of the image are `channels`, `ch` or 3", () => {
  expect([read("channels: 4\n").ch, read("ch: 1\n").ch, read("").ch]).toEqual([4, 1, 3]);
});

test("a classifier's BatchNorms keep torch's eps", () => {
  const classifier = "nc: 3\nbackbone:\n  - [-1, 1, Conv, [8]]\nhead:\n  - [-1, 1, Classify, [nc]]\n";
  expect(readConfig(parseYaml(classifier, "c"), "c").batchNormEps).toBe(1e-5);
  expect(read("").batchNormEps).toBe(1e-3);
});

test.each([
  ["nc: 3\n", "m has no backbone, head; it has nc - an Ultralytics model yaml has nc, backbone and head"],
  ["- 1\n", "the document is [1], expected a mapping with nc, backbone and head"],
])("%j is refused", (text, message) => {
  expect(() => readConfig(parseYaml(text, "m"), "m")).toThrow(message.replace(/^.*an Ultralytics/, ""));
});

test("a checkpoint is its own by its class, weights alone by the head's branches", () => {
  const { recognizes } = ULTRALYTICS.networks!;
  const value = tensorOf("f32", [1], [1]);
  const tensor = { dtype: value.dtype, shape: value.shape, read: () => value };
  expect(recognizes({ className: "ultralytics.nn.tasks.DetectionModel" })).toBe(true);
  expect(recognizes({ className: "models.yolo.DetectionModel" })).toBe(false);
  expect(recognizes({ stored: new Map([["model.22.cv2.0.2.weight", tensor]]) })).toBe(true);
  expect(recognizes({ stored: new Map([["model.24.m.0.weight", tensor]]) })).toBe(false);
  expect(recognizes({})).toBe(false);
});

describe("a graph", () => {
  const graph = (text: string, end2end?: boolean) => {
    const modules = new Map([...TORCH_MODULES, ...ULTRALYTICS_MODULES]);
    const network = planNetwork(readConfig(parseYaml(text, "yolo8n"), "yolo8n"), modules);
    const traced = traceNetwork(
      { ...network, ...(end2end !== undefined && { end2end }) },
      { size: [64, 32], batch: 2 },
    );
    const facts = {
      strides: network.strides,
      names: ["cat", "o'neil"],
      size: [64, 32],
      batch: 2,
      dynamic: false,
    } as const;
    const built = graphOf(traced, (outputs) => network.config.metadata({ ...facts, outputs }));
    return { ...built, notes: traced.trace.notes.map(({ message }) => message) };
  };
  const twice = `nc: 2\nend2end: True\nreg_max: 1\n${ROWS.replace("3, 2", "3, 8")}`;

  test("says what ultralytics' predictors ask for", () => {
    expect(Object.fromEntries(graph(twice).graph.metadata)).toEqual({
      stride: "8",
      task: "detect",
      head: "Detect",
      batch: "2",
      imgsz: "[64, 32]",
      names: "{0: 'cat', 1: \"o'neil\"}",
      channels: "3",
      end2end: "False",
    });
    const pose = `nc: 1\nkpt_shape: [5, 2]\n${ROWS.replace("Detect, [nc]", "Pose, [nc, kpt_shape]")}`;
    expect(graph(pose).graph.metadata.get("kpt_shape")).toBe("[5, 2]");
  });

  test("says that its sizes are open, so that its predictors letterbox rectangularly", () => {
    const { config, strides } = planNetwork(readConfig(parseYaml(twice, "m"), "m"), ULTRALYTICS_MODULES);
    const facts = { strides, names: ["cat"], size: [64, 32], batch: 2, outputs: [] } as const;
    const open = config.metadata({ ...facts, dynamic: true, openStep: 64 });
    expect([open.get("args"), open.get("stride")]).toEqual(["{'dynamic': True}", "64"]);
    expect(config.metadata({ ...facts, dynamic: false }).has("args")).toBe(false);
  });

  test("is one2many's unless the other head is asked for, and says so", () => {
    const [first, other] = [graph(twice), graph(twice, true)];
    expect(first.outputs[0]!.parts.map(({ name }) => name)).toEqual(["center", "size", "classes"]);
    expect(other.outputs[0]!.parts.map(({ name }) => name)).toEqual(["corners", "score", "label"]);
    expect(other.graph.metadata.get("end2end")).toBe("True");
    expect(first.notes.join()).toContain(
      "one2many: boxes that overlap and need suppression; --end2end takes the other",
    );
    expect(other.notes.join()).toContain("one2one: boxes that need no suppression; as --end2end asks");
    const names = (nodes: typeof first.graph.nodes) => nodes.map(({ origin }) => origin.path).join();
    expect(names(first.graph.nodes)).not.toContain("one2one");
    expect(names(other.graph.nodes)).not.toMatch(/model\.1\.cv[23]/);
  });

  test("without the other head cannot be asked for it", () => {
    const once = `nc: 2\n${ROWS}`;
    expect(() => graph(once, true)).toThrow("network/end2end: yolo8n has no head whose boxes need no suppression");
    expect(graph(once, false).notes).toEqual([]);
  });
});

test.each([
  ["OBB, [nc, 2]", "ne is 2, expected 1, an angle"],
  ["Pose, [nc, [5, 4]]", "kpt_shape is [5, 4], expected a count of points"],
  ["Pose, [nc, [5]]", "kpt_shape is [5], expected a count of points"],
  ["Segment, [nc, 32, x]", "npr is 'x', expected an integer"],
  ["Detect, [nc, 16]", "Detect is given 6 arguments, it takes 5"],
  ["Detect, [0]", "nc is 0, expected a number of classes from 1 on"],
])("a head %s is refused", (head, message) => {
  const config = readConfig(parseYaml(`nc: 2\n${ROWS.replace("Detect, [nc]", head)}`, "m"), "m");
  expect(() => planNetwork(config, ULTRALYTICS_MODULES)).toThrow(message);
});

test("attention that does not fit its map is refused", () => {
  const network = (row: string) =>
    planNetwork(readConfig(parseYaml(`nc: 2\nbackbone:\n  - ${row}\nhead: []\n`, "m"), "m"), ULTRALYTICS_MODULES);
  expect(() => network("[-1, 1, A2C2f, [64, True, 7]]")).toThrow("area is 7, expected a divisor of the map's 256x256");
  expect(() => network("[-1, 1, A2C2f, [32, True, 1]]")).toThrow("c2 is 32, expected twice a multiple of 32 channels");
});

test("weights of other classes or of another scale say what the yaml would need", () => {
  const config = read(SCALES, "yolov8n");
  const bias = { dtype: "f32", shape: [5], read: () => tensorOf("f32", [5], Array(5).fill(0)) } as const;
  const told = config.alternatives!(new Map([["model.1.cv3.0.2.bias", bias]]));
  expect(told.map(({ changes }) => changes.join(", "))).toEqual(["", "scale: m", "nc: 5", "nc: 5, scale: m"]);
  expect(told.map(({ config: other }) => [other.nc, other.scaledChannels(64)])).toEqual([
    [3, 16],
    [3, 40],
    [5, 16],
    [5, 40],
  ]);
});
