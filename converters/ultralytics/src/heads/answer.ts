import type { Scope } from "@yolo-compile/network";
import { headGone } from "../diagnostics.js";
import { SECOND } from "./branches.js";

/** Which of two copies of a head's branches are there, and which one answers. */
export interface Answer {
  /** The one whose boxes overlap and want suppression. */
  readonly hasFirst: boolean;
  /** The one that gives one box an object. */
  readonly hasSecond: boolean;
  readonly end2end: boolean;
}

/**
 * The copy that answers: the first, as ultralytics 8.4's own exporter has it, unless the second is asked for or alone there.
 * @throws ultralytics/head where the first is asked for and gone
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

/** Says which copy answers, where the network was made with both. */
export function tellAnswer(scope: Scope, { hasFirst, hasSecond, end2end }: Answer): void {
  if (!hasSecond) return;
  const why = hasFirst ? (end2end ? "as --end2end asks" : "--end2end takes the other") : "the only one that is left";
  const what = end2end
    ? "one2one: boxes that need no suppression"
    : "one2many: boxes that overlap and need suppression";
  scope.note("ultralytics/head", `the output is that of the head ${what}; ${why}`);
}
