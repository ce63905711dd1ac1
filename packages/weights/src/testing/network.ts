import * as p from "./pickle-writer.js";
import { type NewModule, nnModule, parameter, tensor } from "./torch-file.js";

/** Element n is n. */
export const STORAGES = { 0: Float32Array.from({ length: 8 }, (_, index) => index) };

/** A tensor of one element, whose value is its offset. */
export const at = (offset: number): p.Code => tensor({ shape: [1], offset, storageCount: 8 });

export const conv: NewModule = {
  className: "torch.nn.modules.conv.Conv2d",
  parameters: { weight: parameter(at(1)), bias: p.none },
};
const batchNorm: NewModule = {
  className: "torch.nn.modules.batchnorm.BatchNorm2d",
  parameters: { weight: parameter(at(2)), bias: parameter(at(3)) },
  buffers: { running_mean: at(4), running_var: at(5), num_batches_tracked: at(0) },
  attributes: { eps: p.float(1e-3), momentum: p.float(0.03) },
};
/** A row of a network: Conv2d and BatchNorm2d. */
export const row = (extra: NewModule["attributes"] = {}): NewModule => ({
  className: "models.common.Conv",
  modules: { conv: nnModule(conv), bn: nnModule(batchNorm) },
  attributes: { i: p.int(0), f: p.int(-1), type: p.text("models.common.Conv"), ...extra },
});
/** A pickled DetectionModel. */
export const network = (attributes: NewModule["attributes"] = {}, rows: readonly NewModule[] = [row()]): p.Code =>
  nnModule({
    className: "models.yolo.DetectionModel",
    modules: {
      model: nnModule({
        className: "torch.nn.modules.container.Sequential",
        modules: Object.fromEntries(rows.map((module, index) => [String(index), nnModule(module)])),
      }),
    },
    attributes,
  });

/** The state_dict names of a one-row network. */
export const NAMES = [
  "model.0.conv.weight",
  "model.0.bn.weight",
  "model.0.bn.bias",
  "model.0.bn.running_mean",
  "model.0.bn.running_var",
  "model.0.bn.num_batches_tracked",
];
