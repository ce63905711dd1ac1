"""Makes fixtures/modules/efficientvit.json: what timm 1.0.31 gives for the parts of an EfficientViT.

    pip install torch==2.13.0 torchvision==0.28.0 numpy==2.4.6 timm==1.0.31
    pip install --no-deps thop==0.1.1.post2209072238
    python scripts/make_efficientvit_part_goldens.py

Each golden says under `settings` what its part was made with, in the words of the yaml's `model_cfg`.
"""
import timm
import torch
from timm.models._efficientnet_blocks import SqueezeExcite
from timm.models.efficientvit_msra import (
    CascadedGroupAttention,
    ConvNorm,
    EfficientVitBlock,
    EfficientVitMsra,
    LocalWindowAttention,
    PatchEmbedding,
    PatchMerging,
)

from module_goldens import facts, fill, made_input, save

PREFIX = "model.0."
# Larger inputs drive softmax into a corner, where last bits decide.
SPAN = 1
BACKBONE = dict(embed_dim=[16, 24, 32], key_dim=[4, 8, 4], depth=[1, 1, 1], num_heads=[2, 3, 2], window_size=[4, 2, 2])


class Backbone(EfficientVitMsra):
    def forward(self, x):
        return self.forward_intermediates(x, intermediates_only=True)


def attention(width, key_dim, num_heads, window_size, kernels):
    return CascadedGroupAttention(width, key_dim, num_heads, width / (key_dim * num_heads), window_size, kernels)


def windows(width, key_dim, num_heads, window_size, kernels):
    ratio = width / (key_dim * num_heads)
    return LocalWindowAttention(width, key_dim, num_heads, ratio, 2 * window_size, window_size, kernels)


def block(width, key_dim, num_heads, window_size, kernels):
    ratio = width / (key_dim * num_heads)
    return EfficientVitBlock(width, key_dim, num_heads, ratio, 2 * window_size, window_size, kernels)


def merging(width, wider, squeeze_excite="fc1"):
    model = PatchMerging(width, wider)
    if squeeze_excite == "conv_reduce":
        model.se = SqueezeExcite(4 * width, 0.25)
    return model


def stem(width, stem_stride):
    return with_stride(PatchEmbedding(3, width), stem_stride)


def backbone(stem_stride, **settings):
    model = Backbone(num_classes=0, **settings)
    with_stride(model.patch_embed, stem_stride)
    return model


def features(img_size, **settings):
    """A backbone by timm's name, as a row of a yaml has it."""
    return timm.create_model("efficientvit_m0", pretrained=False, features_only=True, img_size=img_size, **settings)


def with_stride(embedding, stem_stride):
    """The stem of stride 8, as the hybrids with YOLOv5 have it: the same weights, the last convolution keeps the map's size."""
    embedding.conv4.conv.stride = (stem_stride // 8, stem_stride // 8)
    return embedding


def fused(model):
    """Convolutions with the BatchNorms folded in, by timm's own means."""
    for name, child in model.named_children():
        setattr(model, name, child.fuse() if isinstance(child, ConvNorm) else fused(child))
    return model


TWO_HEADS = dict(width=16, key_dim=4, num_heads=2, window_size=4, kernels=[5, 3])
CASES = [
    ("attention", attention, TWO_HEADS, [2, 16, 4, 4]),
    (
        "attention, three heads, values wider than keys",
        attention,
        dict(width=24, key_dim=3, num_heads=3, window_size=3, kernels=[7, 5, 3]),
        [1, 24, 3, 3],
    ),
    ("windows, a whole map", windows, TWO_HEADS, [1, 16, 4, 4]),
    ("windows, no padding", windows, TWO_HEADS, [1, 16, 4, 8]),
    ("windows, padding below and to the right", windows, TWO_HEADS, [2, 16, 5, 6]),
    ("windows, padding below", windows, TWO_HEADS, [1, 16, 6, 4]),
    ("windows, padding to the right", windows, TWO_HEADS, [1, 16, 4, 5]),
    ("block", block, TWO_HEADS, [1, 16, 5, 4]),
    ("merging", merging, dict(width=12, wider=16), [2, 12, 5, 6]),
    (
        "merging, the newer squeeze-and-excitation",
        merging,
        dict(width=12, wider=16, squeeze_excite="conv_reduce"),
        [1, 12, 6, 5],
    ),
    ("stem of stride 8", stem, dict(width=16, stem_stride=8), [1, 3, 34, 47]),
    ("stem of stride 16", stem, dict(width=16, stem_stride=16), [2, 3, 34, 47]),
    ("backbone of strides 8, 16, 32", backbone, dict(stem_stride=8, **BACKBONE, kernels=[5, 3, 3]), [1, 3, 64, 96]),
    ("backbone of strides 16, 32, 64", backbone, dict(stem_stride=16, **BACKBONE, kernels=[3, 5, 7]), [1, 3, 96, 160]),
    (
        "features of strides 16, 32, 64, maps smaller than a window",
        features,
        dict(img_size=128, **BACKBONE, kernels=[5, 3, 3]),
        [1, 3, 96, 48],
    ),
]


def golden(name, model, settings, shape, build):
    fill(model, PREFIX)
    x = made_input(shape, SPAN)
    with torch.no_grad():
        y = model(x.clone())
    outputs = y if isinstance(y, list) else [y]
    made_with = {"part": build.__name__, "settings": settings, "input": shape, "span": SPAN}
    return {"name": name, **made_with, **facts(model, x, outputs, PREFIX)}


def main():
    torch.set_num_threads(1)
    goldens = [golden(name, build(**settings), settings, shape, build) for name, build, settings, shape in CASES]
    settings = dict(width=12, wider=16)
    goldens.append(golden("merging, BatchNorms folded", fused(merging(**settings)), settings, [1, 12, 5, 6], merging))
    save("efficientvit.json", goldens)


main()
