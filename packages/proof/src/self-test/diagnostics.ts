import { CompileError } from "@yolo-compile/core";
import type { Sighting } from "./outcome.js";

/** `verify/self-test` */
export const selfTestWithoutGround = ({ input, output, part, maxRel, nonFinite, allowed }: Sighting): CompileError =>
  new CompileError({
    code: "verify/self-test",
    blame: "verdict",
    message: `the unchanged optimised graph is itself ${nonFinite > 0 ? `not finite in ${nonFinite} elements` : `off by ${maxRel.toExponential(1)}`} at ${output} (${part}) on ${input}, ${allowed.toExponential(1)} are allowed: a mutant that fails there proves nothing`,
    hint: "find the rewrite that is wrong with --bisect first",
  });
