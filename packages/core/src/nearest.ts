/** Edit distance (insert, delete, replace), for "did you mean". */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replace = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replace, previous[column]! + 1, current[column - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}

/** The shortest name that may stand for all that begin with it: `convnext`. */
const SHORTEST_FAMILY = 5;

/**
 * The candidates closest to `name`, nearest first, none further than half its length; those that begin with it are near,
 * however long they are.
 */
export function nearestNames(name: string, candidates: Iterable<string>, count = 3): string[] {
  const wanted = name.toLowerCase();
  const limit = Math.max(2, Math.floor(name.length / 2));
  const distanceTo = (candidate: string): number =>
    wanted.length >= SHORTEST_FAMILY && candidate.startsWith(wanted) ? 1 : editDistance(wanted, candidate);
  return [...candidates]
    .map((candidate) => ({ candidate, distance: distanceTo(candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}
