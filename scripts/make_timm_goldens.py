"""Makes fixtures/timm/backbones.json: what timm 1.0.31 gives for backbones by name.

    pip install torch==2.13.0 torchvision==0.28.0 numpy==2.4.6 timm==1.0.31
    pip install --no-deps thop==0.1.1.post2209072238
    node scripts/list-backbones.mjs | python scripts/make_timm_goldens.py

Each backbone has its counts and a check sum of its weights' names and shapes; those of COMPUTED have samples of their outputs.
"""
import sys
import zlib
from collections import Counter
from copy import deepcopy

import thop
import timm
import torch
from timm.utils.model import reparameterize_model

from module_goldens import ROOT, encode, fill, made_input, save

PREFIX = "model.0."
# Maps of odd sizes occur behind stride 8.
SIZE = [1, 3, 72, 104]
# For backbones that cannot run those.
EVEN = [1, 3, 64, 96]
SAMPLES = 24
# Blocks of parallel branches, of each kind.
MERGED = [
    "fastvit_t8",
    "fastvit_sa12",
    "fastvit_mci0",
    "repvgg_a0",
    "repvgg_d2se",
    "mobileone_s0",
    "mobileone_s4",
    "repvit_m1",
    "repvit_m0_9",
]
# StarNet multiplies maps with each other: with weights by formula last bits decide what the later levels are.
LEVELS = {"starnet_s050": 2}
# At least one of each kind of block, the smaller the better.
COMPUTED = [
    "resnet10t",
    "resnet14t",
    "seresnext26d_32x4d",
    "ecaresnet26t",
    "resnetrs50",
    "tf_efficientnet_lite0",
    "tf_efficientnetv2_b0",
    "efficientnet_es",
    "tinynet_e",
    "mnasnet_small",
    "semnasnet_050",
    "fbnetc_100",
    "mobilenetv1_100",
    "mobilenetv2_035",
    "mobilenetv3_rw",
    "mobilenetv3_small_050",
    "tf_mobilenetv3_small_minimal_100",
    "fbnetv3_b",
    "lcnet_035",
    "mobilenetv4_conv_small_035",
    "convnext_atto_ols",
    "convnextv2_atto",
    "convnextv2_tiny",
    "edgenext_xx_small",
    "edgenext_small_rw",
    "fasternet_t0",
    "starnet_s050",
    "efficientvit_b0",
    "efficientvit_l1",
    "fastvit_t8",
    "fastvit_sa12",
    "fastvit_mci0",
    "repvgg_a0",
    "mobileone_s0",
    "repvit_m1",
    "repvit_m0_9",
    "regnetx_002",
    "regnety_002",
    "ghostnet_050",
    "ghostnetv2_100",
    "vgg11",
    "ese_vovnet19b_slim_dw",
    "cs3darknet_s",
    "cs3darknet_focus_s",
    "hgnetv2_b0",
]


COMPUTED_EVEN = ["resnetaa34d", "darknetaa53"]


def backbone(name):
    model = timm.create_model(name, pretrained=False, features_only=True)
    for module in model.modules():
        # As YOLOv5's initialize_weights does: subclasses keep theirs.
        if type(module) is torch.nn.BatchNorm2d:
            module.eps = 1e-3
    return model


def digests(model):
    """A check sum of names and shapes, in the order of the names, for each child."""
    sums = {}
    for key, value in sorted(model.state_dict().items()):
        if not key.endswith("num_batches_tracked"):
            child = key.split(".")[0]
            line = f"{key} {'x'.join(map(str, value.shape))}\n"
            sums[child] = zlib.crc32(line.encode(), sums.get(child, 0))
    return sums


def epsilons(model):
    """How many BatchNorms there are by their epsilon."""
    return dict(Counter(str(m.eps) for m in model.modules() if isinstance(m, torch.nn.BatchNorm2d)))


def merged(name):
    """Check sums of the weights after timm's own merging of parallel branches."""
    return digests(reparameterize_model(backbone(name).eval()))


def samples(y):
    """Evenly spread elements, and the largest magnitude of all."""
    flat = y.flatten()
    step = max(1, flat.numel() // SAMPLES)
    return {"scale": float(flat.abs().max()), "data": encode(flat[::step][:SAMPLES])["data"]}


def structure(name):
    with torch.device("meta"):
        model = backbone(name)
    return {
        "name": name,
        "channels": model.feature_info.channels(),
        "strides": model.feature_info.reduction(),
        "modules": len(list(model.modules())),
        "parameters": sum(p.numel() for p in model.parameters()),
        "weights": digests(model),
        "epsilons": epsilons(model),
    }


def computed(name):
    size = EVEN if name in COMPUTED_EVEN else SIZE
    model = fill(backbone(name), PREFIX)
    x = made_input(size, 1)
    macs, _ = thop.profile(deepcopy(model), inputs=(x.clone(),), verbose=False)
    with torch.no_grad():
        levels = model(x)[: LEVELS.get(name)]
    return {"input": size, "macs": int(macs), "outputs": [samples(y) for y in levels]}


def golden(name):
    facts = structure(name)
    if name in MERGED:
        facts["merged"] = merged(name)
    if name in COMPUTED + COMPUTED_EVEN:
        facts.update(computed(name))
    return facts


def main():
    torch.set_num_threads(1)
    names = sys.stdin.read().split()
    missing = set(COMPUTED + COMPUTED_EVEN) - set(names)
    if missing:
        sys.exit(f"no such backbone in the list: {', '.join(sorted(missing))}")
    save("backbones.json", [golden(name) for name in names], ROOT / "fixtures" / "timm")


main()
