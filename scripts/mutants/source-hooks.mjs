// Node's module hooks under which the sources and tests run as they stand: what jest.config.ts says of names and TypeScript.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { transform } from "esbuild";

const GLOBALS = new URL("./jest-globals.mjs", import.meta.url).href;
const TYPESCRIPT = /\.ts$/;

/** The sandbox is the working directory; outside of it nothing is TypeScript. */
function sourceOf(name) {
  const folder = ["packages", "converters"].find((parent) => existsSync(`${parent}/${name}/src/index.ts`));
  return pathToFileURL(`${folder}/${name}/src/index.ts`).href;
}

export function resolve(specifier, context, next) {
  if (specifier === "@jest/globals") return { url: GLOBALS, shortCircuit: true };
  if (specifier.startsWith("@yolo-compile/"))
    return { url: sourceOf(specifier.slice("@yolo-compile/".length)), shortCircuit: true };
  if (specifier.startsWith(".") && TYPESCRIPT.test(context.parentURL ?? "")) {
    const url = new URL(specifier.replace(/\.js$/, ".ts"), context.parentURL);
    if (existsSync(url)) return { url: url.href, shortCircuit: true };
  }
  return next(specifier, context);
}

export async function load(url, context, next) {
  if (!TYPESCRIPT.test(url)) return next(url, context);
  const { code } = await transform(readFileSync(fileURLToPath(url), "utf8"), { loader: "ts", target: "es2022" });
  return { format: "module", source: code, shortCircuit: true };
}
