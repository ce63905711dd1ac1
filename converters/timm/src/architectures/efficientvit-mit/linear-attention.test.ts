import { expect, test } from "@jest/globals";
import { Trace } from "@yolo-compile/network";
import { EFFICIENTVITS } from "./efficientvit-mit.js";

test("what float16 cannot hold of linear attention has the path of its module, by which a plan for halves names it", () => {
  const trace = new Trace({ name: "efficientvit_b0", imageShape: [1, 3, 64, 64] });
  const levels = EFFICIENTVITS.get("efficientvit_b0")!(trace.root("model.0"), trace.image);
  trace.builder.output("output0", levels.at(-1)!);
  const path = "model.0.stages_3.blocks.2.context_module.main";
  const ops = trace.builder.build().nodes.filter(({ origin }) => origin.path === path);
  const sums = ["MatMul", "MatMul", "Split", "Add", "Div"];
  expect(ops.map(({ op }) => op).slice(-sums.length - 1)).toEqual([...sums, "Reshape"]);
});
