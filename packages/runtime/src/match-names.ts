/** The candidate's name for each name of the reference: the same where it has all of them, else that at the same position. */
export function matchNames(
  reference: readonly string[],
  candidate: readonly string[],
  differ: (reference: readonly string[], candidate: readonly string[]) => Error,
): ReadonlyMap<string, string> {
  if (reference.length !== candidate.length) throw differ(reference, candidate);
  const same = reference.every((name) => candidate.includes(name));
  return new Map(reference.map((name, index) => [name, same ? name : candidate[index]!]));
}

/** `images = x` for each pair of names that differ. */
export const renamedPairs = (names: ReadonlyMap<string, string>): string[] =>
  [...names].filter(([own, its]) => own !== its).map(([own, its]) => `${own} = ${its}`);
