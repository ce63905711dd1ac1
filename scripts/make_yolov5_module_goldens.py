"""Makes fixtures/modules/yolov5.json: what PyTorch gives for each case of fixtures/modules/yolov5.yaml.

    pip install torch==2.13.0 -r scripts/shapes/requirements.txt
    pip install --no-deps yolov5==7.0.14 thop==0.1.1.post2209072238
    python scripts/make_yolov5_module_goldens.py
"""
import sys

import torch
import yaml

from module_goldens import FOLDER, ROOT, Lines, config, facts, fill, made_input, next_row_channels, save

sys.path.insert(0, str(ROOT / "scripts" / "shapes"))
import reference  # noqa: E402, F401  gives yolov5 the module names of the original repository
from models.common import Conv  # noqa: E402
from models.yolo import LOGGER, Detect, DetectionModel  # noqa: E402

# Inputs reach past the bends of every activation.
SPAN = 8


def build(text):
    """The model, and the table that parse_model prints with the summary below it."""
    Conv.default_act = torch.nn.SiLU()  # parse_model changes it for every model after this one
    handler = Lines()
    LOGGER.handlers = [handler]
    model = DetectionModel(yaml.safe_load(text))
    printed = [line.rstrip() for line in handler.lines]
    return model, [line for line in printed if line[:3].strip().isdigit() or line.startswith("Model summary")]


def golden(name, case):
    text = config(case)
    model, table = build(text)
    head = isinstance(model.model[-1], Detect)
    if case.get("fused"):
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
        **({} if head else {"channels": next_row_channels(text, build)}),
        # the last output of a head are raw maps, for training
        **facts(model, x, y[:-1] if head else [y]),
    }


def main():
    torch.set_num_threads(1)
    cases = yaml.safe_load((FOLDER / "yolov5.yaml").read_text())
    save("yolov5.json", [golden(name, case) for name, case in cases.items()])


main()
