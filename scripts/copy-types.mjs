// Declarations of our packages as one tree of files that needs none of these packages.
import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = realpathSync(fileURLToPath(new URL("..", import.meta.url)));

/** A specifier in a declaration: `from "…"`, `import("…")`. */
const SPECIFIER = /(?<=\bfrom |\bimport\()"([^"]+)"/g;
const SOURCE_MAP = /^\/\/# sourceMappingURL=.*$/m;

/**
 * Copies declarations that `tsc -b` has made, and all that they import, to `<target>/<package>/…`. What they import of our
 * packages becomes a relative path; other packages stay.
 */
export function copyTypes(entries, target) {
  const files = new Set(entries.map((entry) => realpathSync(entry)));
  const placeOf = (file) => join(target, relative(ROOT, file).replace(/^[^/\\]+[/\\]([^/\\]+)[/\\]dist/, "$1"));
  for (const file of files) {
    const text = readFileSync(file, "utf8").replace(SOURCE_MAP, "");
    const place = placeOf(file);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(
      place,
      text.replace(SPECIFIER, (_, specifier) => {
        const imported = declarationOf(specifier, file);
        if (!imported) return `"${specifier}"`;
        files.add(imported);
        return `"${specifierFrom(dirname(place), placeOf(imported))}"`;
      }),
    );
  }
}

/** The declarations that one of ours imports; undefined for those of other packages. */
function declarationOf(specifier, importer) {
  if (specifier.startsWith(".")) return join(dirname(importer), specifier.replace(/\.(m?)js$/, ".d.$1ts"));
  const [, folder, subpath = ""] = /^@yolo-compile\/([^/]+)(?:\/(.+))?$/.exec(specifier) ?? [];
  if (!folder) return undefined;
  const own = ["packages", "converters"].map((parent) => join(ROOT, parent, folder)).find(existsSync);
  const { exports } = JSON.parse(readFileSync(join(own, "package.json"), "utf8"));
  return join(own, exports[subpath ? `./${subpath}` : "."].types);
}

function specifierFrom(folder, file) {
  const path = relative(folder, file)
    .replaceAll("\\", "/")
    .replace(/\.d\.(m?)ts$/, ".$1js");
  return path.startsWith(".") ? path : `./${path}`;
}
