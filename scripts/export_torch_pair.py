"""Exports one small detector-like network three times with PyTorch: as it is, with its BatchNorms folded by PyTorch itself, and
folded with another eps. The first two compute the same, the third does not:

    python scripts/export_torch_pair.py out/
    npx yolo-compile verify out/unfused.onnx out/fused.onnx --magnitudes --layers   # exit code 0
    npx yolo-compile verify out/unfused.onnx out/wrong-eps.onnx                     # exit code 1

Needs PyPI's torch and onnx. Names of inputs and outputs differ between the files, and sizes are free.
"""

import copy
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


class Block(nn.Module):
    def __init__(self, channels_in: int, channels_out: int, stride: int):
        super().__init__()
        self.conv = nn.Conv2d(channels_in, channels_out, 3, stride, 1, bias=False)
        self.bn = nn.BatchNorm2d(channels_out, eps=1e-3)
        self.act = nn.SiLU()

    def forward(self, x):
        return self.act(self.bn(self.conv(x)))


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = Block(3, 16, 2)
        self.body = nn.Sequential(Block(16, 32, 2), Block(32, 32, 1), Block(32, 64, 2))
        self.head = nn.Conv2d(64, 24, 1)

    def forward(self, x):
        return self.head(self.body(self.stem(x))).sigmoid()


def made_up(network: nn.Module) -> nn.Module:
    """Statistics away from their initial values, so that a wrong fold shows."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.uniform_(-0.2, 0.2)
            module.running_var.uniform_(0.05, 0.5)
            module.weight.data.uniform_(0.8, 1.2)
            module.bias.data.uniform_(-0.2, 0.2)
    return network.eval()


def fused(network: nn.Module, eps: float) -> nn.Module:
    network = copy.deepcopy(network)
    for module in network.modules():
        if isinstance(module, Block):
            module.bn.eps = eps
            module.conv, module.bn = fuse_conv_bn_eval(module.conv, module.bn), nn.Identity()
    return network


def export(network: nn.Module, path: Path, names: tuple[str, str]) -> None:
    free = {0: "batch", 2: "height", 3: "width"}
    torch.onnx.export(
        network,
        (torch.zeros(1, 3, 64, 64),),
        str(path),
        opset_version=17,
        dynamo=False,
        # PyTorch folds BatchNorms itself unless it is told that training goes on.
        training=torch.onnx.TrainingMode.PRESERVE,
        do_constant_folding=False,
        input_names=[names[0]],
        output_names=[names[1]],
        dynamic_axes={names[0]: free, names[1]: free},
    )
    print(f"{path}: {path.stat().st_size} bytes, torch {torch.__version__}")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    with torch.no_grad():
        network = made_up(Network())
        export(network, folder / "unfused.onnx", ("images", "output"))
        export(fused(network, 1e-3), folder / "fused.onnx", ("x", "y"))
        export(fused(network, 1e-5), folder / "wrong-eps.onnx", ("x", "y"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
