import { decodeUtf8 } from "../bytes.js";
import { walkLimit } from "../diagnostics.js";
import type { ZipArchive } from "../zip/archive.js";

/** Facts about a class that only TorchScript's code holds. The code is searched as text, never run. */
export interface ScriptClass {
  /** Attributes that state_dict lists: parameters, then buffers. */
  readonly weights: readonly string[];
  /** Of a BatchNorm, from its constant or from its call. */
  readonly eps?: number;
}

/** The code of YOLOv5x has some 2 MB. */
const MAX_CODE_BYTES = 64 << 20;

/**
 * Looks up classes by their qualified names. Files are read when first asked for, each once.
 * @throws weights/limit, zip/*
 */
export function scriptClasses(archive: ZipArchive, prefix: string): (qualified: string) => ScriptClass | undefined {
  const files = new Map<string, ReadonlyMap<string, ScriptClass>>();
  let readBytes = 0;
  return (qualified) => {
    const dot = qualified.lastIndexOf(".");
    const path = `${prefix}code/${qualified.slice(0, dot).replaceAll(".", "/")}.py`;
    if (!files.has(path)) {
      const entry = archive.entries.get(path);
      readBytes += entry?.sizeBytes ?? 0;
      if (readBytes > MAX_CODE_BYTES)
        throw walkLimit(
          "the size of all code",
          MAX_CODE_BYTES,
          "a TorchScript archive of a network has some megabytes",
        );
      files.set(path, entry ? parseCode(decodeUtf8(archive.readAll(entry)) ?? "") : new Map());
    }
    return files.get(path)?.get(qualified.slice(dot + 1));
  };
}

function parseCode(code: string): ReadonlyMap<string, ScriptClass> {
  const classes = new Map<string, ScriptClass>();
  for (const part of code.split(/^class /m).slice(1)) {
    const [, name] = /^(\w+)\(/.exec(part) ?? [];
    const eps = epsOf(part);
    const weights = [...listOf(part, "__parameters__"), ...listOf(part, "__buffers__")];
    if (name !== undefined) classes.set(name, { weights, ...(eps === undefined ? {} : { eps }) });
  }
  return classes;
}

/** `  __parameters__ = ["weight", "bias", ]` */
function listOf(code: string, name: string): string[] {
  const [, items = ""] = new RegExp(`^  ${name} = \\[(.*)\\]`, "m").exec(code) ?? [];
  return [...items.matchAll(/"([^"]*)"/g)].map(([, item]) => item!);
}

/** Scripted, eps is a constant of the class; traced, the last but one argument of batch_norm. */
function epsOf(code: string): number | undefined {
  const [, constant] = /^ {2}eps : Final\[float\] = ([\d.e+-]+)$/m.exec(code) ?? [];
  const [, argument] = /torch\.batch_norm\([^()]*, ([\d.e+-]+), (?:True|False)\)/.exec(code) ?? [];
  const eps = Number(constant ?? argument ?? "none");
  return Number.isFinite(eps) ? eps : undefined;
}
