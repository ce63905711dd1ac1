import { fileURLToPath } from "node:url";

/** The path of a file of `fixtures/`. */
export const fixturePath = (file: string): string =>
  fileURLToPath(new URL(`../../../fixtures/${file}`, import.meta.url));
