import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { inputUnreadable, usage } from "./diagnostics.js";
import { statusAt } from "./file-status.js";
import { isFolder } from "./output-target.js";

/** The names of pictures that can be read; those of others in a folder are left out. */
const PICTURE = /\.(jpe?g|png|webp|tiff?|gif|avif)$/i;

/**
 * The pictures that a path stands for: itself, all of a folder, or those of a folder whose names match a pattern of `*` and
 * `?` that no shell has expanded; sorted by name. `option` is for messages.
 * @throws usage, input/unreadable
 */
export function picturePaths(option: string, path: string): readonly string[] {
  if (!existsSync(path)) return matching(option, path);
  if (!isFolder(path)) return [path];
  return picturesIn(path, PICTURE, `${option} ${path}: there is no picture in this folder`);
}

function matching(option: string, path: string): readonly string[] {
  const [folder, pattern] = [dirname(path), basename(path)];
  if (!/[*?]/.test(pattern) || !existsSync(folder)) throw inputUnreadable(path, "ENOENT");
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return picturesIn(folder, new RegExp(`^${source}$`), `${option} ${path}: no name in ${folder} matches`);
}

function picturesIn(folder: string, wanted: RegExp, problem: string): readonly string[] {
  const found = readdirSync(folder)
    .filter((name) => wanted.test(name) && mayBeFile(join(folder, name)))
    .sort()
    .map((name) => join(folder, name));
  if (found.length === 0) throw usage(problem);
  return found;
}

function mayBeFile(path: string): boolean {
  try {
    return statusAt(path).isFile();
  } catch {
    return true; // A link to nothing, say: who opens it is told.
  }
}
