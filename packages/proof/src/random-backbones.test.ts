import { expect, test } from "@jest/globals";
import { compileGraphs } from "@yolo-compile/compiler";
import { toFloat64 } from "@yolo-compile/core";
import { runGraph } from "@yolo-compile/testkit";

/** Far from where float32 loses the small terms of a sum. */
const ORDINARY = 1000;

test.each(["repvgg_a0", "mobileone_s0", "fastvit_t8", "starnet_s1"])(
  "random weights of %s keep its maps of ordinary magnitude",
  async (backbone) => {
    const text = `nc: 1\ndepth_multiple: 1\nwidth_multiple: 1\nanchors: 1\nbackbone:\n  - [-1, 1, ${backbone}, [False]]\nhead: []\n`;
    const { plain } = compileGraphs({
      config: { file: "m.yaml", text },
      randomWeights: 1,
      size: [64, 64],
      batch: 1,
      passes: "none",
    });
    const [map] = await runGraph(plain);
    const largest = toFloat64(map!).reduce((most, each) => Math.max(most, Math.abs(each)), 0);
    expect(largest).toBeGreaterThan(0);
    expect(largest).toBeLessThan(ORDINARY);
  },
);
