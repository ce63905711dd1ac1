"""Draws the pictures of fixtures/shapes, trains its detector and records what the detector answers.

python train.py            everything, from drawing to goldens
python train.py --goldens  goldens and metrics again, from the pictures and shapes.pt that are there
python train.py --check    compares goldens and metrics with what shapes.pt gives now, writes nothing
"""

import argparse
import math
import random
import time
from copy import deepcopy
from datetime import datetime
from types import SimpleNamespace

import numpy as np
import reference  # noqa: F401  (makes `models` and `utils` importable)
import torch
from draw import CLASSES, draw_picture
from goldens import FIXTURES, check_goldens, evaluate, load_heldout, write_goldens
from models.yolo import DetectionModel
from pictures import write_pictures
from utils.general import strip_optimizer
from utils.loss import ComputeLoss
from utils.torch_utils import ModelEMA, smart_optimizer

CHECKPOINT = FIXTURES / "shapes.pt"
OPTIONS = {
    "weights": "",
    "cfg": "shapes.yaml",
    "epochs": 45,
    "batch_size": 32,
    "imgsz": 192,
    "optimizer": "SGD",
    "cos_lr": True,
    "seed": 0,
    "pictures": 4000,
}
HYPERPARAMETERS = {
    "lr0": 0.02,
    "lrf": 0.01,
    "momentum": 0.937,
    "weight_decay": 0.0005,
    "warmup_epochs": 2.0,
    "warmup_momentum": 0.8,
    "warmup_bias_lr": 0.1,
    "box": 0.05,
    "cls": 0.25,
    "cls_pw": 1.0,
    "obj": 1.0,
    "obj_pw": 1.0,
    "anchor_t": 4.0,
    "fl_gamma": 0.0,
    "label_smoothing": 0.0,
}
THREADS = 2


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--goldens", action="store_true", help="only rewrite goldens and metrics")
    parser.add_argument("--check", action="store_true", help="only compare goldens and metrics")
    arguments = parser.parse_args()
    torch.set_num_threads(THREADS)
    if arguments.check:
        raise SystemExit(0 if check_goldens(load_detector()) else 1)
    if arguments.goldens:
        write_goldens(load_detector())
        return
    write_pictures()
    opt = SimpleNamespace(**OPTIONS)
    training = train(opt, HYPERPARAMETERS, draw_training_set(opt), augment, load_heldout())
    write_goldens(load_detector(), training)


def load_detector():
    """The detector of shapes.pt, in single precision and not fused."""
    return torch.load(CHECKPOINT, weights_only=False)["model"].float().eval()


# --- training --------------------------------------------------------------------------------------------------------


def train(opt, hyp, training_set, change, heldout=None):
    """Trains, writes the checkpoint beside its yaml and returns a record of the training.

    `change` gives the pixels and boxes that are shown in place of a picture's; every fifth epoch is judged on `heldout`.
    """
    begin = time.time()
    seed_everything(opt.seed)
    images, boxes = training_set
    model = build_model(opt, hyp)
    ema = ModelEMA(model)
    optimizer = smart_optimizer(model, opt.optimizer, hyp["lr0"], hyp["momentum"], hyp["weight_decay"])
    loss_of = ComputeLoss(model)
    rng = np.random.default_rng(opt.seed)
    steps = math.ceil(len(images) / opt.batch_size)
    for epoch in range(opt.epochs):
        model.train()
        losses = torch.zeros(3)
        for step, chosen in enumerate(np.array_split(rng.permutation(len(images)), steps)):
            set_learning_rate(optimizer, epoch + step / steps, opt, hyp)
            inputs, targets = make_batch(rng, images, boxes, chosen, change)
            loss, parts = loss_of(model(inputs), targets)
            update(model, optimizer, loss)
            ema.update(model)
            losses += parts / steps
        report(epoch, losses, begin, evaluate(ema.ema, heldout) if heldout and epoch % 5 == 4 else None)
    ema.update_attr(model, include=["yaml", "nc", "hyp", "names", "stride", "class_weights"])
    save_checkpoint(model, ema, optimizer, opt)
    return {"seconds": round(time.time() - begin), "options": vars(opt), "hyperparameters": hyp}


def seed_everything(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def draw_training_set(opt):
    """All training pictures as one uint8 array, and their boxes as class and relative centre and size."""
    drawn = [draw_picture([opt.seed, index], opt.imgsz, opt.imgsz) for index in range(opt.pictures)]
    return np.stack([picture.pixels for picture in drawn]), [relative(p.boxes, opt.imgsz) for p in drawn]


def relative(boxes, size):
    label, low, high = boxes[:, :1], boxes[:, 1:3], boxes[:, 3:5]
    return np.concatenate([label, (low + high) / 2 / size, (high - low) / size], 1)


def build_model(opt, hyp):
    """A fresh model with the attributes that YOLOv5's training attaches."""
    model = DetectionModel(FIXTURES / opt.cfg)
    model.nc = len(CLASSES)
    model.hyp = hyp
    model.class_weights = torch.ones(len(CLASSES))
    model.names = dict(enumerate(CLASSES))
    return model


def make_batch(rng, images, boxes, chosen, change):
    """Network input and targets (picture, class, centre, size), each picture changed."""
    inputs, targets = [], []
    for position, index in enumerate(chosen):
        pixels, rows = change(rng, images[index], boxes[index].copy())
        inputs.append(pixels)
        targets.append(np.insert(rows, 0, position, 1))
    stacked = torch.from_numpy(np.stack(inputs)).permute(0, 3, 1, 2).contiguous()
    return stacked.float() / 255, torch.from_numpy(np.concatenate(targets)).float()


def augment(rng, pixels, rows):
    """One of the square's eight symmetries and a permutation of the colour channels."""
    if rng.random() < 0.5:
        pixels, rows[:, 1] = pixels[:, ::-1], 1 - rows[:, 1]
    if rng.random() < 0.5:
        pixels, rows[:, 2] = pixels[::-1], 1 - rows[:, 2]
    if rng.random() < 0.5:
        pixels, rows = pixels.transpose(1, 0, 2), rows[:, [0, 2, 1, 4, 3]]
    return pixels[..., rng.permutation(3)], rows


def set_learning_rate(optimizer, epoch, opt, hyp):
    """Cosine decay after a linear warm-up; biases, the first group, warm up from a high rate."""
    decay = hyp["lrf"] + (1 - hyp["lrf"]) * (1 + math.cos(math.pi * epoch / opt.epochs)) / 2
    warm = min(epoch / hyp["warmup_epochs"], 1)
    for index, group in enumerate(optimizer.param_groups):
        start = hyp["warmup_bias_lr"] if index == 0 else 0
        group["lr"] = start + (hyp["lr0"] * decay - start) * warm
        group["momentum"] = hyp["warmup_momentum"] + (hyp["momentum"] - hyp["warmup_momentum"]) * warm


def update(model, optimizer, loss):
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 10)
    optimizer.step()


def report(epoch, losses, begin, metrics):
    box, objectness, label = losses.tolist()
    line = f"epoch {epoch + 1}: box {box:.4f} obj {objectness:.4f} cls {label:.4f} after {time.time() - begin:.0f} s"
    if metrics:
        line += f", mAP50 {metrics['mAP50']:.4f} mAP50-95 {metrics['mAP50-95']:.4f}"
    print(line, flush=True)


def save_checkpoint(model, ema, optimizer, opt):
    """Writes what YOLOv5 7.0's train.py writes for its best epoch, then strips it as train.py does at its end."""
    checkpoint = {
        "epoch": opt.epochs - 1,
        "best_fitness": 0.0,
        "model": deepcopy(model).half(),
        "ema": deepcopy(ema.ema).half(),
        "updates": ema.updates,
        "optimizer": optimizer.state_dict(),
        "opt": vars(opt),
        "git": None,
        "date": datetime.now().isoformat(),
    }
    path = (FIXTURES / opt.cfg).with_suffix(".pt")
    torch.save(checkpoint, path)
    strip_optimizer(path)


if __name__ == "__main__":
    main()
