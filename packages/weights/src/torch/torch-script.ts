import { isCompileError, type LazyTensor } from "@yolo-compile/core";
import { decodeUtf8 } from "../bytes.js";
import type { ModelRecord } from "../checkpoint.js";
import { duplicateWeight, moduleMalformed, rootNotUnderstood } from "../diagnostics.js";
import type { Format, OpenedFile } from "../format.js";
import { WalkBudget } from "../pickle/budget.js";
import { callKey, describe, isRecord, type PickleObject, type PickleValue } from "../pickle/value.js";
import type { ZipArchive } from "../zip/archive.js";
import { isTensorValue } from "./rebuild.js";
import { type ScriptClass, scriptClasses } from "./script-code.js";
import { lazyTensor, type StorageFiles } from "./tensor.js";
import { isTorchScript, picklePrefix, readPickle, storageFiles } from "./torch-zip.js";

/** torch.jit.save: a network as code and data. Only its parameters and buffers are read. */
export const torchScript: Format = {
  name: "torchscript",
  matches(probe) {
    const archive = probe.archive();
    return archive !== undefined && isTorchScript(archive);
  },
  open(probe, { pickles }): OpenedFile {
    const archive = probe.archive()!; // matches() saw that it is there
    const prefix = picklePrefix(archive);
    const root = readPickle(archive, `${prefix}data.pkl`, pickles);
    if (!isScriptObject(root)) throw rootNotUnderstood(archive.name, describe(root), []);
    const walk: Walk = {
      tensors: new Map(),
      eps: new Map(),
      files: storageFiles(archive, prefix),
      budget: new WalkBudget(),
      classOf: scriptClasses(archive, prefix),
    };
    collect(root, "", [], walk);
    const names = exportedNames(archive, prefix);
    const model: ModelRecord = { className: originalName(root), batchNormEps: walk.eps, ...(names && { names }) };
    return { tensors: walk.tensors, model, notes: [] };
  },
};

interface Walk {
  readonly tensors: Map<string, LazyTensor>;
  readonly eps: Map<string, number>;
  readonly files: StorageFiles;
  readonly budget: WalkBudget;
  classOf(qualified: string): ScriptClass | undefined;
}

const isScriptObject = (value: PickleValue | undefined): value is PickleObject =>
  /^__torch__[. ]/.test(callKey(value) ?? "");

const qualifiedName = (value: PickleObject): string => (callKey(value) ?? "").replace(" ", ".");

/** `__torch__.models.common.___torch_mangle_12.Conv` -> `models.common.Conv` */
const originalName = (value: PickleObject): string =>
  qualifiedName(value)
    .split(".")
    .filter((part) => part !== "__torch__" && !part.startsWith("___torch_mangle_"))
    .join(".");

/** Parameters and buffers of a module, then those of its children. Where the code of a class is missing, all its tensors. */
function collect(module: PickleObject, path: string, ancestors: readonly PickleObject[], walk: Walk): void {
  const { budget, tensors, files, eps } = walk;
  budget.checkDepth(ancestors.length);
  if (ancestors.includes(module)) throw moduleMalformed(path, "a module contains itself");
  const attributes = isRecord(module.state) && module.state.kind === "dict" ? module.state.entries : new Map();
  const script = walk.classOf(qualifiedName(module));
  if (script?.eps !== undefined) eps.set(path, script.eps);
  budget.spend(1 + attributes.size);
  const children: [string, PickleObject][] = [];
  for (const [key, value] of attributes) {
    if (typeof key !== "string") throw moduleMalformed(path, `an attribute is named by ${describe(key)}`);
    const name = budget.checkName(path === "" ? key : `${path}.${key}`);
    if (isScriptObject(value)) children.push([name, value]);
    else if (isTensorValue(value) && (script?.weights.includes(key) ?? true)) {
      if (tensors.has(name)) throw duplicateWeight(name);
      budget.checkWeights(tensors.size);
      tensors.set(name, lazyTensor(value, name, files));
    }
  }
  for (const [name, child] of children) collect(child, name, [...ancestors, module], walk);
}

/** YOLOv5's export.py puts `{"shape": …, "stride": …, "names": …}` beside the network. */
function exportedNames(archive: ZipArchive, prefix: string): ReadonlyMap<number, string> | undefined {
  const entry = archive.entries.get(`${prefix}extra/config.txt`);
  if (!entry || entry.sizeBytes > 1 << 20) return undefined;
  try {
    const config: unknown = JSON.parse(decodeUtf8(archive.readAll(entry)) ?? "");
    const names = new Map(Object.entries(config ?? {})).get("names");
    const found = new Map<number, string>();
    for (const [key, name] of Object.entries(names ?? {})) {
      if (!/^\d{1,9}$/.test(key) || typeof name !== "string") return undefined;
      found.set(Number(key), name);
    }
    return found.size > 0 ? found : undefined;
  } catch (error) {
    // Somebody else's config.txt is no reason to refuse the weights; damage of the archive is.
    if (isCompileError(error)) throw error;
    return undefined;
  }
}
