"""Makes the goldens in fixtures/efficientvit: what PyTorch gives for backbone.yaml with made-up weights.

    python scripts/make_efficientvit_goldens.py PATH_TO_EFFICIENTVIT.py

The argument is a file with Microsoft's EfficientViT for detection (class EfficientViT, stem stride 8), which is not part of
this project. Weights are those of `--random-weights 1`, the input those of seed 1. Needs PyTorch and numpy.
"""
import importlib.util
import math
import sys
import zlib
from pathlib import Path

import numpy as np
import torch

FOLDER = Path(__file__).parent.parent / "fixtures" / "efficientvit"
SETTINGS = dict(
    embed_dim=[16, 24, 32], key_dim=[4, 8, 4], depth=[1, 2, 1], num_heads=[2, 3, 2], window_size=[4, 3, 2], kernels=[5, 3, 3]
)
RUNS = [(8, 64, 64), (8, 96, 160), (16, 128, 192)]
SEED = 1
BATCH_NORM_EPS = 1e-3


def uniform(seed, count):
    """x = x * 1664525 + 1013904223 mod 2^32, as numbers in [0, 1); the first is the one after the seed."""
    numbers = np.empty(count)
    for index in range(count):
        seed = (seed * 1664525 + 1013904223) % 2**32
        numbers[index] = seed / 2**32
    return numbers


# BatchNorms that end a residual branch or lead to a softmax are small, so that the network stays tame.
SCALES = [
    ((".m.bn.weight", ".pw2.bn.weight", ".proj.1.bn.weight"), 0.2),
    (tuple(f".qkvs.{head}.bn.weight" for head in range(4)), 0.4),
]


def made_up(name, shape):
    if name.endswith("running_var"):
        low, high = 0.5, 1.5
    elif len(shape) >= 2:
        high = 2.4 / math.sqrt(math.prod(shape[1:]))
        low = -high
    else:
        low, high = (0.8, 1.2) if name.endswith("weight") else (-0.2, 0.2)
    for endings, scale in SCALES:
        if name.endswith(endings):
            low, high = low * scale, high * scale
    values = low + (high - low) * uniform(zlib.crc32(name.encode(), SEED), math.prod(shape))
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


def build(source, stem_stride):
    spec = importlib.util.spec_from_file_location("efficientvit_source", source)
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(Path(source).parent))
    spec.loader.exec_module(module)
    model = module.EfficientViT(**SETTINGS)
    last = next(m for m in reversed(list(model.patch_embed.modules())) if isinstance(m, torch.nn.Conv2d))
    last.stride = (stem_stride // 8, stem_stride // 8)
    for each in model.modules():
        if isinstance(each, torch.nn.BatchNorm2d):
            each.eps = BATCH_NORM_EPS
    state = {
        name: value if value.dtype == torch.int64 else made_up(f"model.0.{name}", tuple(value.shape))
        for name, value in model.state_dict().items()
    }
    model.load_state_dict(state)
    return model.eval()


def main(source):
    for stem_stride, height, width in RUNS:
        model = build(source, stem_stride)
        image = uniform(SEED, 3 * height * width).astype(np.float32).reshape(1, 3, height, width)
        with torch.no_grad():
            levels = model(torch.from_numpy(image))
        for index, level in enumerate(levels):
            np.save(FOLDER / f"stem{stem_stride}@{height}x{width}.output{index}.npy", level.numpy())


main(*sys.argv[1:])
