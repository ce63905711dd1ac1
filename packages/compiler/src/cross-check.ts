import { type Diagnostic, note, warning } from "@yolo-compile/core";
import type { Network, PlannedLayer } from "@yolo-compile/network";
import type { Checkpoint, LayerRecord } from "@yolo-compile/weights";

const text = (value: number | readonly number[] | undefined): string =>
  value === undefined ? "?" : typeof value === "number" ? String(value) : `[${value.join(", ")}]`;

/** `models.common.Conv` and `yolov5.models.common.Conv` are the same class; a pasted one sits in `__main__`. */
const className = (type: string): string => type.replace(/^.*\./, "");

/** Warnings where a pickled module and the yaml disagree. */
export function crossCheck(network: Network, { model, name }: Checkpoint): Diagnostic[] {
  if (!model) return [];
  const { layers = [], stride, names } = model;
  const found: Diagnostic[] = [];
  if (layers.length > 0 && layers.length !== network.layers.length)
    found.push(warning("checkpoint/rows", `${name} has ${layers.length} rows, the yaml has ${network.layers.length}`));
  else found.push(...network.layers.flatMap((layer, index) => checkLayer(layer, layers[index])));
  if (stride && stride.join() !== network.strides.join())
    found.push(
      warning("checkpoint/stride", `${name} has strides ${text(stride)}, the yaml gives ${text(network.strides)}`),
    );
  if (names && names.size !== network.config.nc)
    found.push(
      warning("checkpoint/names", `${name} has ${names.size} class names, the yaml has nc ${network.config.nc}`),
    );
  return found;
}

function checkLayer(layer: PlannedLayer, record: LayerRecord | undefined): Diagnostic[] {
  if (!record) return [];
  const found: Diagnostic[] = [];
  if (record.type !== undefined && className(record.type) !== className(layer.definition.type))
    found.push(
      warning("checkpoint/type", `the checkpoint has ${record.type}, the yaml ${layer.definition.type}`, layer.where),
    );
  if (record.from !== undefined && text(record.from) !== text(layer.from))
    found.push(
      warning(
        "checkpoint/from",
        `the checkpoint takes from ${text(record.from)}, the yaml from ${text(layer.from)}`,
        layer.where,
      ),
    );
  if (record.index !== undefined && record.index !== layer.slot)
    found.push(
      note("checkpoint/index", `the checkpoint calls this output ${record.index}, the yaml ${layer.slot}`, layer.where),
    );
  return found;
}
