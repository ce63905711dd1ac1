/** Names that wrappers put before every key of a state_dict: DataParallel, torch.compile. */
const PREFIXES: readonly string[] = ["module.", "_orig_mod."];

/** The wrappers' names that start every one of `names`, in any order and number; empty where one name has none. */
export function wrapperPrefix(names: Iterable<string>): string {
  const all = [...names];
  const [first] = all;
  let prefix = "";
  for (;;) {
    const next: string | undefined = PREFIXES.find((candidate) => first?.startsWith(prefix + candidate));
    if (next === undefined || !all.every((name) => name.startsWith(prefix + next))) return prefix;
    prefix += next;
  }
}
