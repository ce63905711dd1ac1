import type { EndingFacts } from "@yolo-compile/network";

/** What a model's outputs are, in words; without facts, what most detectors give. */
export function describeEnding(facts: EndingFacts | undefined): string {
  if (!facts) return "decoded boxes";
  const { head, boxes, suppression, masks, top } = facts;
  if (head === "split") return `boxes (${boxes}) and scores apart`;
  if (head !== "decoded") return `${head} maps`;
  if (suppression) return `the boxes that suppression keeps${masks ? " and their masks" : ""}`;
  return `the best ${top} boxes of each level`;
}
