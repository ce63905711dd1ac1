"""Lets a yaml of YOLOv5 begin with a timm backbone by name: its levels are layers 0 to 4, later rows count from 5.

Import this before anything of `models`: timm needs the torchvision for which `reference` then puts a stand-in.
"""

from copy import deepcopy

import timm
import torch
import reference  # noqa: F401, I001  (makes `models` importable)
from models import yolo

LEVELS = 5
parse_rows = yolo.parse_model


def parse_model(d, ch):
    """The backbone, then YOLOv5's own rows, which see a convolution of the same width in place of each level."""
    name, [pretrained] = d["backbone"][0][2:]
    backbone = timm.create_model(name, pretrained=pretrained, features_only=True)
    channels = backbone.feature_info.channels()
    if len(channels) != LEVELS:
        raise ValueError(f"{name} has {len(channels)} levels, the layers count on {LEVELS}")
    levels = [[-1, 1, "Conv", [round(c / d["width_multiple"]), 1]] for c in channels]
    rows, save = parse_rows({**deepcopy(d), "backbone": levels + d["backbone"][1:]}, ch)
    if [level.conv.out_channels for level in rows[:LEVELS]] != channels:
        raise ValueError(f"YOLOv5 rounds the channels of {name}: {channels}")
    backbone.i, backbone.f, backbone.type = LEVELS - 1, -1, name
    backbone.np = sum(p.numel() for p in backbone.parameters())
    return torch.nn.Sequential(backbone, *rows[LEVELS:]), save


def forward_once(self, x, profile=False, visualize=False):
    """YOLOv5's walk over the layers, where the first gives several maps."""
    maps = self.model[0](x)
    x = maps[-1]
    for layer in self.model[1:]:
        sources = [layer.f] if isinstance(layer.f, int) else layer.f
        inputs = [x if source == -1 else maps[source] for source in sources]
        x = layer(inputs[0] if isinstance(layer.f, int) else inputs)
        maps.append(x)
    return x


yolo.parse_model = parse_model
yolo.BaseModel._forward_once = forward_once
