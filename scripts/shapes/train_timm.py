"""Trains a detector on a backbone of timm, and records what it answers.

python train_timm.py            trains and writes mobilenetv3.pt and golden/mobilenetv3.json
python train_timm.py --check    compares golden/mobilenetv3.json with what mobilenetv3.pt gives now, writes nothing

Minutes of one processor are enough to learn a few pictures by heart: weights that are trained and find what they were
shown. How well they do on other pictures is not what they are for, so no metrics are kept.
"""

import argparse
import json
from types import SimpleNamespace

import hybrid  # noqa: F401  (first: makes `models` know backbones of timm)
import numpy as np
import torch
import train
from goldens import FIXTURES, TOLERANCE, detect, json_difference, load_heldout, read_rgb, versions, write_json

CHECKPOINT = FIXTURES / "mobilenetv3.pt"
GOLDEN = FIXTURES / "golden" / "mobilenetv3.json"
THREADS = 1  # layers this small wait for each other longer than they compute
SIZE = 192
NMS = {"conf_thres": 0.25, "iou_thres": 0.45}
OPTIONS = {
    **train.OPTIONS,
    "cfg": "mobilenetv3.yaml",
    "epochs": 100,
    "batch_size": 4,
    "imgsz": SIZE,
    "optimizer": "AdamW",
    "pictures": 16,
}
HYPERPARAMETERS = {**train.HYPERPARAMETERS, "lr0": 0.004, "momentum": 0.9, "warmup_epochs": 4.0, "warmup_bias_lr": 0.004}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true", help="only compare the golden")
    arguments = parser.parse_args()
    torch.set_num_threads(THREADS)
    if arguments.check:
        difference = json_difference(json.loads(GOLDEN.read_text())["pictures"], answers())
        print(f"{GOLDEN.name}: {difference:.2g}")
        raise SystemExit(0 if difference <= TOLERANCE else 1)
    opt = SimpleNamespace(**OPTIONS)
    training = train.train(opt, HYPERPARAMETERS, training_set(opt), unchanged)
    made = {"imgsz": SIZE, "conf": NMS["conf_thres"], "iou": NMS["iou_thres"], "pictures": answers()}
    write_json(GOLDEN, {**made, "training": training, "versions": {**versions(), "timm": hybrid.timm.__version__}})


def training_set(opt):
    """The first square ones of heldout/, which this detector does see."""
    square = [(pixels, boxes) for pixels, boxes in load_heldout() if pixels.shape[:2] == (SIZE, SIZE)][: opt.pictures]
    return np.stack([pixels for pixels, _ in square]), [train.relative(boxes, SIZE) for _, boxes in square]


def unchanged(_, pixels, rows):
    return pixels, rows


def answers():
    """By the file's name, what is found in some pictures of the training, and in one that it has not seen, 28.jpg."""
    model = torch.load(CHECKPOINT, weights_only=False)["model"].float().eval()
    found = {}
    for index in [*range(0, 32, 4), 1]:
        name = f"{index:02d}.jpg"
        rows = detect(model, read_rgb(FIXTURES / "heldout" / name), SIZE, NMS)
        found[name] = [{"box": r[:4].tolist(), "score": float(r[4]), "class": int(r[5])} for r in rows]
    return found


if __name__ == "__main__":
    main()
