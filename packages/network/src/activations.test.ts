import { expect, test } from "@jest/globals";
import { printGraph } from "@yolo-compile/ir";
import { applyActivation } from "./activations.js";
import { parseLiteral } from "./literal.js";
import { isCall } from "./python.js";
import { Trace } from "./trace.js";

/** The nodes of the activation that a call such as `nn.ELU(0.5)` names. */
function emitted(text: string): string {
  const call = parseLiteral(text, new Map());
  if (call === undefined || !isCall(call)) throw new Error(`${text} is no call`);
  const trace = new Trace({ name: "t", imageShape: [1, 1, 2, 2] });
  trace.builder.output("y", applyActivation(trace.root("act"), trace.image, call));
  return printGraph(trace.builder.build());
}

test("parameters are taken by place and by keyword, and have torch's defaults", () => {
  expect(emitted("nn.ELU(0.5)")).toContain("alpha=0.5");
  expect(emitted("nn.LeakyReLU(inplace=True, negative_slope=0.2)")).toContain("alpha=0.2");
  expect(emitted("nn.LeakyReLU(inplace=True)")).toBe(emitted("nn.LeakyReLU(0.01)"));
  expect(emitted("nn.Hardtanh(-2, 3)")).toBe(emitted("nn.Hardtanh(max_val=3, min_val=-2)"));
  expect(emitted("nn.Hardtanh(-2, 3)")).not.toBe(emitted("nn.Hardtanh()"));
});

test("a keyword without an effect that can be had is refused, not passed over", () => {
  expect(() => emitted("nn.Softplus(beta=2)")).toThrow("nn.Softplus has no beta, it takes nothing");
  expect(() => emitted("nn.SiLu()")).toThrow("nn.SiLu is not a known activation");
});
