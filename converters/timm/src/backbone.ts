import type { Value } from "@yolo-compile/ir";
import type { Scope } from "@yolo-compile/network";

/** Emits a backbone: the image to one map a level, the finest first, as timm's features_only gives them. */
export type Backbone = (scope: Scope, image: Value) => readonly Value[];

/** Backbones by timm's names. */
export type BackboneTable = ReadonlyMap<string, Backbone>;

/** A table of the variants of one architecture: what each is made with, by its name. */
export const variants = <Settings>(
  build: (scope: Scope, image: Value, settings: Settings) => readonly Value[],
  table: Readonly<Record<string, Settings>>,
): BackboneTable =>
  new Map(
    Object.entries(table).map(([name, settings]) => [
      name,
      (scope: Scope, image: Value) => build(scope, image, settings),
    ]),
  );
