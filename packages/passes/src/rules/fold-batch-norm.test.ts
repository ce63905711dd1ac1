import { expect, test } from "@jest/globals";
import { expectRewrite, FOLD } from "@yolo-compile/testkit";
import { foldBatchNorm } from "./fold-batch-norm.js";

test("folds into the Conv that feeds it", async () => {
  expect(
    await expectRewrite(
      foldBatchNorm,
      `graph t(%x: f32[1,3,8,8]) {
        %w = f32[4,3,3,3] random 1
        %g = f32[4] random 2
        %b = f32[4] random 3
        %m = f32[4] random 4
        %v = f32[4] random 5 in [0.5, 2]
        %c = Conv(%x, %w) {pads=[1, 1, 1, 1]} @ model.0.conv
        %y = BatchNormalization(%c, %g, %b, %m, %v) {epsilon=0.001} @ model.0.bn
        return %y
      }`,
      { applied: 1, tolerance: FOLD },
    ),
  ).toMatchInlineSnapshot(`
"graph t(%x: f32[1,3,8,8]) {
  %w = f32[4,3,3,3] elided 6d7809a4
  %w_1 = f32[4] {-0.8237079, 0.11925625, 0.825371, 0.32873067}
  %y = Conv(%x, %w, %w_1) {pads=[1, 1, 1, 1]} : f32[1,4,8,8] @ model.0.conv [fold-batch-norm]
  return %y
}"
`);
});
