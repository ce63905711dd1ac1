"""What the goldens of single modules have in common: weights and inputs by formula, and the form in which outputs are kept.

packages/testkit/src/module-goldens.ts makes the same weights and inputs.
"""
import base64
import json
import logging
import math
import zlib
from copy import deepcopy
from pathlib import Path

import numpy as np
import thop
import torch

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "fixtures" / "modules"
# Keeps what a convolution gives about as large as what it takes.
GAIN = 2.2


class Lines(logging.Handler):
    """Keeps the lines that are logged."""

    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.extend(record.getMessage().splitlines())


def config(case):
    """The text of a yaml of YOLOv5's kind, whose backbone are the rows of a case."""
    lines = [
        f"nc: {case.get('nc', 2)}",
        f"depth_multiple: {case.get('gd', 1.0)}",
        f"width_multiple: {case.get('gw', 1.0)}",
        f"anchors: {case.get('anchors', 3)}",
        f"ch: {case['input'][1]}",
        *([f"activation: {case['activation']}"] if "activation" in case else []),
        "backbone:",
        *(f"  {row}" for row in case["rows"].splitlines()),
        "head: []",
    ]
    return "\n".join(lines) + "\n"


def next_row_channels(text, build):
    """What parse_model takes the output channels for, which is not always what they are."""
    probe, _ = build(text.replace("head: []", "head:\n  - [-1, 1, Conv, [8]]"))
    return probe.model[-1].conv.in_channels


def uniform(seed, count):
    """x = x * 1664525 + 1013904223 mod 2^32, as numbers in [0, 1); the first is the one after the seed."""
    numbers = np.empty(count)
    for index in range(count):
        seed = (seed * 1664525 + 1013904223) % 2**32
        numbers[index] = seed / 2**32
    return numbers


def made_input(shape, span):
    numbers = (2 * uniform(1, math.prod(shape)) - 1) * span
    return torch.from_numpy(numbers.astype(np.float32).reshape(shape))


def made_weight(name, shape):
    """A state_dict entry by its name, or None for one that keeps its value."""
    last = name.split(".")[-1]
    if last in ("anchors", "anchor_grid", "num_batches_tracked", "attention_bias_idxs") or name.endswith("dfl.conv.weight"):
        return None
    u = uniform(zlib.crc32(name.encode()), math.prod(shape))
    if last == "running_mean" or last.endswith("bias"):
        values = 0.2 * (2 * u - 1)
    elif last == "running_var":
        values = 0.5 + u
    elif last == "attention_biases":
        values = 2 * u - 1
    elif len(shape) == 1:
        values = 0.8 + 0.4 * u
    else:
        gain = 1 if len(shape) == 2 else GAIN
        values = (2 * u - 1) * gain / math.sqrt(math.prod(shape[1:]))
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


def fill(model, prefix=""):
    """Gives a model the formula's weights, and puts it into evaluation mode."""
    state = {}
    for name, value in model.state_dict().items():
        made = made_weight(prefix + name, tuple(value.shape))
        state[name] = value if made is None else made
    model.load_state_dict(state)
    return model.eval()


def encode(tensor):
    data = np.ascontiguousarray(tensor.numpy(), dtype="<f4")
    return {"shape": list(data.shape), "data": base64.b64encode(data.tobytes()).decode()}


def weight_list(model, prefix):
    """`model.0.bn.weight,bias,running_mean,running_var 8`: neighbours of one module and one shape share a line."""
    names = {}
    for name, value in model.state_dict().items():
        parent, _, last = (prefix + name).rpartition(".")
        if last != "num_batches_tracked":
            names.setdefault((parent, "x".join(map(str, value.shape))), []).append(last)
    return [f"{parent}.{','.join(lasts)} {shape}" for (parent, shape), lasts in names.items()]


def facts(model, x, outputs, prefix=""):
    """What is kept of a filled model: its size, its weights' names and shapes, its outputs."""
    macs, _ = thop.profile(deepcopy(model), inputs=(x.clone(),), verbose=False)
    return {
        "modules": len(list(model.modules())),
        "parameters": sum(p.numel() for p in model.parameters()),
        "macs": int(macs),
        "weights": weight_list(model, prefix),
        "outputs": [encode(y) for y in outputs],
    }


def save(name, goldens, folder=FOLDER):
    path = folder / name
    path.write_text("[\n" + ",\n".join(json.dumps(golden) for golden in goldens) + "\n]\n")
    print(f"{path.name}: {len(goldens)} goldens, {path.stat().st_size} bytes")
