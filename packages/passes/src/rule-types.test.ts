import { expect, test } from "@jest/globals";
import { parseGraph } from "@yolo-compile/ir";
import { rulePass, runPasses } from "./pass.js";
import { type Rule, rule } from "./rule.js";

// What must not compile is marked: check-types fails where it does.

const GRAPH = parseGraph("graph t(%x: f32[1,2]) { %y = LeakyRelu(%x) {alpha=0.5} return %y }");
const applied = (one: Rule) => () => runPasses(GRAPH, [rulePass("test", [one])]);

test("a rule looks at ops that exist, and at the attributes that they have", () => {
  // @ts-expect-error
  rule("misspelt", ["LeakyRleu"], (node, _, { reuse }) => reuse([[node.outputs[0]!, node.inputs[0]!]]));
  let seen = 0;
  const looks = rule("looks", ["LeakyRelu"], (node) => {
    seen = node.attributes.alpha;
    // @ts-expect-error
    return { miss: String(node.attributes.slope) };
  });
  applied(looks)();
  expect(seen).toBe(0.5);
});

test("a rule emits ops that exist, with attributes that they have", () => {
  const misspelt = rule("misspelt", ["LeakyRelu"], (node, _, { replace }) =>
    // @ts-expect-error
    replace(node, (emit) => emit("Rleu", [node.inputs[0]])),
  );
  expect(applied(misspelt)).toThrow("ir/op");
  const sloped = rule("sloped", ["LeakyRelu"], (node, _, { replace }) =>
    // @ts-expect-error
    replace(node, (emit) => emit("Elu", [node.inputs[0]], { slope: 1 })),
  );
  expect(applied(sloped)).toThrow("Elu.slope");
});
