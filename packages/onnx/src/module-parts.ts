/**
 * The parts of a name that torch's exporter gives, such as `/model.6/m/m.0/cv1/Conv` -> `model.6`, `m.0`, `cv1`, `Conv`: a list of
 * modules repeats its own name before that of its part, and is left out.
 */
export function moduleParts(name: string): readonly string[] {
  const parts = name.split("/").filter((part) => part !== "");
  return parts.filter((part, index) => !parts[index + 1]?.startsWith(`${part}.`));
}
