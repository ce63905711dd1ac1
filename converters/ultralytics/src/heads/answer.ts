import type { Scope } from "@yolo-compile/network";
import { headGone } from "../diagnostics.js";
import { SECOND } from "./branches.js";

/** The copies of a head's branches that exist, and the one whose boxes are the output. */
export interface Answer {
  /** Whether there is the copy whose boxes overlap and need suppression. */
  readonly hasFirst: boolean;
  /** Whether there is the copy that gives one box an object. */
  readonly hasSecond: boolean;
  readonly end2end: boolean;
}

/**
 * Chooses the copy: the first, as ultralytics 8.4's own exporter does, unless the second is asked for or the only one.
 * @throws ultralytics/head where the first is asked for and missing
 */
export function answerOf(scope: Scope, planned: boolean): Answer {
  const stores = (prefix: string): boolean => scope.stored(`${prefix}cv2.0.2.weight`) !== undefined;
  const [first, second] = [stores(""), stores(SECOND)];
  const known = first || second;
  const [hasFirst, hasSecond] = known ? [first, second] : [true, planned];
  const asked = scope.trace.options.end2end;
  if (asked === false && !hasFirst) throw headGone(scope.path);
  return { hasFirst, hasSecond, end2end: hasSecond && (asked ?? !hasFirst) };
}

/** Notes the chosen copy, where the network was made with both. */
export function tellAnswer(scope: Scope, { hasFirst, hasSecond, end2end }: Answer): void {
  if (!hasSecond) return;
  const why = hasFirst ? (end2end ? "as --end2end asks" : "--end2end takes the other") : "the only one that is left";
  const what = end2end
    ? "one2one: boxes that need no suppression"
    : "one2many: boxes that overlap and need suppression";
  scope.note("ultralytics/head", `the output is that of the head ${what}; ${why}`);
}
