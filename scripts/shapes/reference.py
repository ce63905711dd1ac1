"""Makes PyPI's `yolov5` importable under the module names of the original repository: `models.…` and `utils.…`.

A pickled checkpoint names the modules of its classes. Files trained with the original repository say
`models.common.Conv`; the package would say `yolov5.models.common.Conv`. Importing this module also stands in for
torchvision (of which only NMS is needed) and ultralytics, so that neither has to be installed.
"""

import importlib
import importlib.util
import os
import sys
from types import ModuleType

import torch

# torch.load inside yolov5 predates the `weights_only` default; the only files it reads here are our own.
os.environ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"] = "1"
# Importing must not install packages.
os.environ["YOLOv5_AUTOINSTALL"] = "false"

PREFIX = "yolov5."


def nms(boxes, scores, threshold):
    """Indices of the boxes that greedy suppression keeps, best score first."""
    order = scores.argsort(descending=True, stable=True)
    overlaps = iou_matrix(boxes[order]) > threshold
    alive = torch.ones(len(order), dtype=torch.bool)
    for i in range(len(order)):
        if alive[i]:
            alive[i + 1 :] &= ~overlaps[i, i + 1 :]
    return order[alive]


def iou_matrix(boxes):
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    low = torch.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = torch.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    shared = (high - low).clamp(0).prod(2)
    return shared / (area[:, None] + area[None] - shared)


def stub(name, **members):
    module = ModuleType(name)
    module.__dict__.update(members)
    sys.modules[name] = module
    return module


def stub_dependencies():
    functional = stub("torchvision.transforms.functional")
    transforms = stub("torchvision.transforms", functional=functional)
    datasets = stub("torchvision.datasets", ImageFolder=object)
    ops = stub("torchvision.ops", nms=nms)
    stub("torchvision", __version__="0", transforms=transforms, datasets=datasets, ops=ops)
    checks = stub("ultralytics.utils.checks", check_requirements=lambda *_, **__: True)
    utils = stub("ultralytics.utils", checks=checks)
    stub("ultralytics", utils=utils)


def stub_package():
    """Stands in for `yolov5/__init__.py`, which imports far more than the model."""
    location = importlib.util.find_spec("yolov5").submodule_search_locations
    stub("yolov5", __path__=list(location))


def rename_modules():
    """Gives every loaded yolov5 module and class its name in the original repository."""
    for name, module in list(sys.modules.items()):
        if name.startswith(PREFIX):
            sys.modules[name.removeprefix(PREFIX)] = module
            for member in vars(module).values():
                if isinstance(member, type) and member.__module__.startswith(PREFIX):
                    member.__module__ = member.__module__.removeprefix(PREFIX)


stub_dependencies()
stub_package()
for _name in ["models.yolo", "utils.augmentations", "utils.general", "utils.loss", "utils.torch_utils"]:
    importlib.import_module(PREFIX + _name)
rename_modules()
