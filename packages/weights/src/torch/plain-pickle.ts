import { isCompileError } from "@yolo-compile/core";
import { latin1 } from "../bytes.js";
import { storageMissing } from "../diagnostics.js";
import type { Format, OpenedFile } from "../format.js";
import type { StorageFiles } from "./tensor.js";
import { torchLegacy } from "./torch-legacy.js";
import { torchWeights } from "./weights.js";

/** Protocols 0 and 1 do not say so; they begin with a container, an object, or text for one of them. */
const PROTOCOL_0 = /^(c[\w.]+\n[\w.]+\n|\([dl]p\d|\(i[\w.]+\n|\(c[\w.]+\n|\((S['"]|V|I\d|F\d)|[\]}]q)/;

/** The most later pickles of a stream that are scanned for suspicious names. */
const MAX_PICKLES = 64;

const NO_STORAGES: StorageFiles = {
  bigEndian: false,
  sizeBytes: () => undefined,
  run: (key) => {
    throw storageMissing("a tensor", key); // never asked: there are no sizes
  },
};

/** A pickle by itself: of NumPy arrays, or a file that only pretends to be a checkpoint. */
export const plainPickle: Format = {
  name: "pickle",
  matches(probe) {
    const [first, protocol = 0] = probe.head;
    const isPickle = first === 0x80 ? protocol >= 2 && protocol <= 5 : PROTOCOL_0.test(latin1(probe.head));
    return isPickle && !torchLegacy.matches(probe);
  },
  open({ source }, { options, pickles }): OpenedFile {
    const { value, endBytes } = pickles.read(source.name, source);
    let at = endBytes;
    try {
      for (let count = 1; count < MAX_PICKLES && at < source.size; count++)
        at = pickles.read(source.name, source, at).endBytes;
    } catch (error) {
      // What follows a pickle need not be one; that it names something dangerous still counts.
      if (!isCompileError(error) || error.diagnostic.code === "weights/suspicious") throw error;
    }
    return torchWeights(source.name, value, NO_STORAGES, options.entry);
  },
};
