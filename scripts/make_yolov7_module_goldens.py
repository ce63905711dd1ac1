"""Makes fixtures/modules/yolov7.json: what PyTorch gives for each case of fixtures/modules/yolov7.yaml.

    pip install torch==2.13.0 -r scripts/shapes/requirements.txt
    pip install --no-deps yolov7detect==1.0.1 thop==0.1.1.post2209072238
    python scripts/make_yolov7_module_goldens.py

Makes fixtures/modules/merged.json too: of blocks of several branches, the one convolution that they are, found by impulses.
"""
import json
import logging
import re
import sys
from copy import deepcopy

import torch
import yaml
from torch import nn

from module_goldens import FOLDER, ROOT, Lines, config, encode, facts, fill, made_input, next_row_channels, save

sys.path.insert(0, str(ROOT / "scripts" / "shapes"))
from reference import stub  # noqa: E402  stands in for torchvision, too

nothing = dict.fromkeys(["save_image", "roi_pool", "roi_align", "ps_roi_pool", "ps_roi_align"])
stub("torchvision.utils", **nothing)
sys.modules["torchvision.ops"].__dict__.update(nothing)
from rep_blocks import MobileOneBlock, RepVGGBlock  # noqa: E402
from yolov7.models.common import RepConv  # noqa: E402
from yolov7.models.yolo import Detect, IAuxDetect, IDetect, Model  # noqa: E402

# Inputs reach past the bends of every activation.
SPAN = 8
# Blocks that parse_model of YOLOv7 has not: their rows are built here.
BLOCKS = {"RepVGGBlock": RepVGGBlock, "MobileOneBlock": MobileOneBlock}
HEADS = (Detect, IDetect, IAuxDetect)
EPS = 1e-3


def original_name(line):
    """The package puts its own name before `models.`."""
    return re.sub(r"yolov7\.(models\.\S+ *)", lambda match: match[1].strip().ljust(40), line)


def build(text):
    """The model, and the table that parse_model prints with the summary below it."""
    handler = Lines()
    logging.root.handlers = [handler]
    logging.root.setLevel(logging.INFO)
    model = Model(yaml.safe_load(text))
    printed = [original_name(line).rstrip() for line in handler.lines]
    return model, [line for line in printed if line[:3].strip().isdigit() or line.startswith("Model Summary")]


def build_block(text):
    """A network of one row of {@link BLOCKS}, which has no table."""
    document = yaml.safe_load(text)
    (_, _, module, args), = document["backbone"]
    model = nn.Module()
    model.model = nn.Sequential(BLOCKS[module](document["ch"], *args))
    model.forward = model.model.forward
    for each in model.modules():
        if isinstance(each, nn.BatchNorm2d):
            each.eps = EPS
    return model, []


def is_block(case):
    return any(name in case["rows"] for name in BLOCKS)


def golden(name, case):
    text = config(case)
    model, table = build_block(text) if is_block(case) else build(text)
    head = isinstance(model.model[-1], HEADS)
    if case.get("fused"):
        with torch.no_grad():
            model.fuse()
    fill(model)
    x = made_input(case["input"], SPAN)
    with torch.no_grad():
        y = model(x.clone())
    return {
        "name": name,
        "cfg": text,
        "input": case["input"],
        "span": SPAN,
        "table": table,
        **({} if head or not table else {"channels": next_row_channels(text, build)}),
        # the last output of a head are raw maps, for training
        **facts(model, x, y[:-1] if head else [y]),
    }


def linear_part(block):
    """The block without what comes after its sum."""
    block = deepcopy(block)
    for name in ("act", "nonlinearity", "activation", "se"):
        if hasattr(block, name):
            setattr(block, name, nn.Identity())
    return block.double()


def merged(block, channels, groups, kernel, stride):
    """Weight and bias of the convolution that the block's sum is: what it gives for an impulse in each channel, and for nothing."""
    block = linear_part(block)
    side = 4 * kernel * stride
    nothing = block(torch.zeros(1, channels, side, side, dtype=torch.float64))
    filters = nothing.shape[1]
    weight = torch.zeros(filters, channels // groups, kernel, kernel, dtype=torch.float64)
    pixel = nothing.shape[2] // 2
    for row in range(kernel):
        for column in range(kernel):
            # the pixel that this tap of the output's middle pixel sees
            at = [pixel * stride + tap - kernel // 2 for tap in (row, column)]
            for channel in range(channels):
                impulse = torch.zeros(1, channels, side, side, dtype=torch.float64)
                impulse[0, channel, at[0], at[1]] = 1
                seen = (block(impulse) - nothing)[0, :, pixel, pixel]
                group = slice(channel // (channels // groups) * (filters // groups), (channel // (channels // groups) + 1) * (filters // groups))
                weight[group, channel % (channels // groups), row, column] = seen[group]
    return weight.float(), nothing[0, :, pixel, pixel].float()


# Rows and the shape of their input: each kind of block, with an identity and without, in groups, with a stride.
MERGED = [
    ("RepConv", [8, 3, 1], [1, 8, 6, 7]),
    ("RepConv", [8, 3, 2], [1, 4, 6, 8]),
    ("RepConv", [8, 3, 1, None, 4], [1, 8, 6, 7]),
    ("RepVGGBlock", [8, 3, 1, 1, 1, 2], [1, 8, 6, 7]),
    ("RepVGGBlock", [16, 3, 1, 1, 1, 1, "zeros", False, True], [1, 16, 6, 6]),
    ("RepVGGBlock", [8, 3, 2, 1], [1, 4, 6, 8]),
    ("MobileOneBlock", [8, 3, 1, 1, 1, 8, False, False, 4], [1, 8, 6, 7]),
    ("MobileOneBlock", [8, 1, 1, 0, 1, 1, False, False, 2], [1, 8, 6, 7]),
    ("MobileOneBlock", [16, 5, 1, 2, 1, 4, False, True, 2], [1, 16, 6, 7]),
]
CLASSES = {"RepConv": RepConv, **BLOCKS}
MERGED_NAME = {"RepConv": "rbr_reparam", "RepVGGBlock": "rbr_reparam", "MobileOneBlock": "reparam_conv"}


def merged_golden(module, args, shape):
    block = CLASSES[module](shape[1], *args)
    for each in block.modules():
        if isinstance(each, nn.BatchNorm2d):
            each.eps = EPS
    fill(block, "model.0.")
    groups = {"RepConv": 4, "RepVGGBlock": 5, "MobileOneBlock": 5}[module]
    g = args[groups] if len(args) > groups else 1
    with torch.no_grad():
        weight, bias = merged(block, shape[1], g, args[1], args[2])
        y = block(made_input(shape, SPAN))
    after = {name: value for name, value in block.state_dict().items() if name.startswith("se.")}
    named = {f"{MERGED_NAME[module]}.weight": weight, f"{MERGED_NAME[module]}.bias": bias, **after}
    return {
        "row": json.dumps([-1, 1, module, args]).replace("false", "False").replace("true", "True").replace("null", "None"),
        "input": shape,
        "span": SPAN,
        "training": [f"model.0.{name} {'x'.join(map(str, value.shape))}" for name, value in block.state_dict().items() if not name.endswith("num_batches_tracked")],
        "merged": {f"model.0.{name}": encode(value) for name, value in named.items()},
        "output": encode(y),
    }


def main():
    torch.set_num_threads(1)
    cases = yaml.safe_load((FOLDER / "yolov7.yaml").read_text())
    save("yolov7.json", [golden(name, case) for name, case in cases.items()])
    save("merged.json", [merged_golden(*case) for case in MERGED])


main()
