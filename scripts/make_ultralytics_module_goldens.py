"""Makes fixtures/modules/ultralytics.json: what PyTorch gives for each case of fixtures/modules/ultralytics.yaml.

    pip install torch==2.13.0 torchvision==0.28.0 numpy opencv-python-headless pillow pyyaml requests psutil matplotlib scipy
    pip install --no-deps ultralytics==8.4.190 ultralytics-thop==2.2.3
    python scripts/make_ultralytics_module_goldens.py
"""
from copy import deepcopy

import torch
import yaml
from ultralytics.nn.modules.head import Classify, Detect
from ultralytics.nn.tasks import (
    ClassificationModel,
    DetectionModel,
    OBBModel,
    PoseModel,
    SegmentationModel,
)
from ultralytics.utils import LOGGER
from ultralytics.utils.torch_utils import get_num_gradients

from module_goldens import FOLDER, Lines, encode, fill, made_input, save, weight_list

# Inputs reach past the bends of every activation.
SPAN = 2
MODELS = {
    "Segment": SegmentationModel,
    "Segment26": SegmentationModel,
    "Pose": PoseModel,
    "Pose26": PoseModel,
    "OBB": OBBModel,
    "OBB26": OBBModel,
    "Classify": ClassificationModel,
}


def config(case):
    """The yaml's text; a head of its own where the rows end in one, since the package needs one to measure strides."""
    rows = case["rows"].splitlines()
    keys = {"nc": case.get("nc", 2), "channels": case["input"][1], **case.get("yaml", {})}
    if "scales" in case:
        keys["scales"] = case["scales"]
    lines = [
        *(f"{key}: {yaml.safe_dump(value, default_flow_style=True).split(chr(10))[0]}" for key, value in keys.items()),
        "backbone:",
        *(f"  {row}" for row in rows),
        "head: []",
    ]
    return "\n".join(lines) + "\n"


def build(text, case):
    """The model, and the table that parse_model prints."""
    handler = Lines()
    LOGGER.handlers = [handler]
    document = yaml.safe_load(text)
    document["scale"] = case.get("letter", "")
    kind = MODELS.get(document["backbone"][-1][2], DetectionModel)
    model = kind(document, ch=case["input"][1], nc=document["nc"], verbose=True)
    return model, [line.rstrip() for line in handler.lines if line[:3].strip().isdigit()]


def answer(model, x, end2end):
    """What the exporter's graph gives."""
    head = model.model[-1]
    if not isinstance(head, (Detect, Classify)):
        return [model(x.clone())]
    head.export, head.format = True, "onnx"
    if getattr(head, "one2one_cv2", None) is not None:
        head.end2end = end2end
    y = model(x.clone())
    flat = [y] if isinstance(y, torch.Tensor) else list(y)
    return [each for each in flat if isinstance(each, torch.Tensor)]


def golden(name, case):
    text = config(case)
    model, table = build(text, case)
    for path in case.get("identity", []):
        parent, _, last = path.rpartition(".")
        setattr(model.get_submodule(parent), last, torch.nn.Identity())
    leaves = len([module for module in model.modules() if not list(module.children())])
    counted = {
        "leaves": leaves,
        "parameters": sum(p.numel() for p in model.parameters()),
        "gradients": get_num_gradients(model),
    }
    fill(model)
    end2end = case.get("e2e", False)
    if case.get("fused"):
        if hasattr(model.model[-1], "one2one_cv2"):
            model.model[-1].end2end = end2end
        model.fuse(verbose=False)
        fill(model)
    x = made_input(case["input"], case.get("span", SPAN))
    with torch.no_grad():
        outputs = answer(deepcopy(model), x, end2end)
    return {
        "name": name,
        "cfg": text,
        "letter": case.get("letter", ""),
        "input": case["input"],
        "span": case.get("span", SPAN),
        "end2end": end2end,
        "fused": case.get("fused", False),
        "identities": case.get("identity", []),
        "table": table,
        **counted,
        "weights": weight_list(model, ""),
        "outputs": [encode(y) for y in outputs],
    }


def main():
    torch.set_num_threads(1)
    cases = yaml.safe_load((FOLDER / "ultralytics.yaml").read_text())
    save("ultralytics.json", [golden(name, case) for name, case in cases.items()])


main()
