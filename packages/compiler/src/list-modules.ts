import { groupBy } from "@yolo-compile/core";
import { type ModuleLibrary, TORCH_MODULES } from "@yolo-compile/network";
import { FAMILIES } from "./families.js";

/** Modules of a family that take the same arguments. */
export interface ModuleGroup {
  /** The arguments of the module's call; a yaml leaves out `c1` and `n`, which parse_model adds. */
  readonly signature: readonly string[];
  readonly names: readonly string[];
}

/** What a yaml may name, of one family. */
export interface FamilyModules {
  readonly family: string;
  readonly groups: readonly ModuleGroup[];
}

function groupsOf(library: ModuleLibrary): readonly ModuleGroup[] {
  const signatureOf = (name: string): readonly string[] => library.get(name)!.signature; // one of its keys
  const groups = groupBy([...library.keys()], (name) => signatureOf(name).join());
  return [...groups.values()].map((names) => ({ signature: signatureOf(names[0]!), names }));
}

/** Every module that a yaml may name, by family, then by its arguments, in the order of the families' own tables. */
export const listModules = (): readonly FamilyModules[] => [
  ...FAMILIES.map(({ name, modules }) => ({ family: name, groups: groupsOf(modules) })),
  { family: "torch.nn", groups: groupsOf(TORCH_MODULES) },
];
