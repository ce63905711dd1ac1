"""Exports an EfficientViT backbone with PyTorch, for bench-efficientvit.mjs to compare with.

    python scripts/export_torch_efficientvit.py SOURCE.py NAME SIZE FOLDER

SOURCE.py holds the class and the functions EfficientViT_M0 ... EfficientViT_M5; it is Microsoft's or the user's code, and not
part of this project. FOLDER gets `torch.onnx`, as torch.onnx.export writes it, and `weights.pt` with the same weights.
"""
import importlib.util
import sys
import warnings
from pathlib import Path

import torch

OPSET = 17
BATCH_NORM_EPS = 1e-3


def load(source):
    spec = importlib.util.spec_from_file_location("efficientvit_source", source)
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(Path(source).parent))
    spec.loader.exec_module(module)
    return module


def shake(model):
    """Statistics and biases away from their initial values, so that the two models can be compared."""
    torch.manual_seed(1)
    for each in model.modules():
        if isinstance(each, torch.nn.BatchNorm2d):
            each.eps = BATCH_NORM_EPS
            torch.nn.init.uniform_(each.weight, 0.5, 1)
            torch.nn.init.uniform_(each.bias, -0.2, 0.2)
            torch.nn.init.uniform_(each.running_mean, -0.2, 0.2)
            torch.nn.init.uniform_(each.running_var, 0.5, 1.5)
    for name, parameter in model.named_parameters():
        if name.endswith("attention_biases"):
            torch.nn.init.uniform_(parameter, -1, 1)


def main(source, name, size, folder):
    warnings.filterwarnings("ignore")
    model = getattr(load(source), name)()
    shake(model)
    model.eval()
    target = Path(folder)
    torch.save({"model": model.state_dict()}, target / "weights.pt")
    image = torch.rand(1, 3, int(size), int(size))
    torch.onnx.export(model, image, str(target / "torch.onnx"), opset_version=OPSET, dynamo=False, input_names=["images"])


main(*sys.argv[1:])
