import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../../../..");

/** Goldens and checkpoints that lie beside the repository, where they do. */
export const REFERENCE = join(ROOT, "../shared/reference");

export const hasReference = (): boolean => existsSync(join(REFERENCE, "index.json"));
