"""Makes fixtures/ultralytics-detect.json: what ultralytics finds in outputs of its pose and obb tasks.

    pip install torch==2.13.0 torchvision==0.28.0 numpy opencv-python-headless pillow pyyaml requests psutil matplotlib scipy
    pip install --no-deps ultralytics==8.4.190 ultralytics-thop==2.2.3
    python scripts/make_ultralytics_detect_goldens.py

Outputs are noise around a few objects. Where torchvision cannot be loaded, ultralytics suppresses by its own torch code.
"""
import json
import math
from pathlib import Path

import numpy as np
import torch
from ultralytics.utils import ops
from ultralytics.utils.nms import non_max_suppression

TARGET = Path(__file__).resolve().parent.parent / "fixtures" / "ultralytics-detect.json"
SIZE = (96, 160)  # of the network's input, as height and width, like the next
PICTURE = (75, 101)
ROWS = 40
CONFIDENCE = 0.25
MOST = 300
ANGLES = {"decoded": (-math.pi / 4, 3 * math.pi / 4), "chosen": (-4.0, 4.0)}

CASES = [
    # task, classes, kpt_shape, form, options
    ("pose", 1, (17, 3), "decoded", {"iou": 0.45}),
    ("pose", 2, (5, 2), "decoded", {"iou": 0.7}),
    ("pose", 1, (17, 3), "chosen", {"iou": 0.45}),
    ("obb", 3, None, "decoded", {"iou": 0.45}),
    ("obb", 3, None, "decoded", {"iou": 0.2, "agnostic": True}),
    ("obb", 3, None, "chosen", {"iou": 0.45}),
]


def centres_and_sizes(random):
    """Noise around four objects, two of them elongated."""
    objects = np.array([[40, 40, 30, 24], [90, 50, 60, 14], [95, 55, 16, 50], [130, 30, 22, 22]])
    rows = objects[random.integers(0, len(objects), ROWS)] + random.normal(0, 2, (ROWS, 4))
    return rows.clip(4)


def rows_of(task, classes, shape, form, random):
    boxes = centres_and_sizes(random)
    if task == "pose":
        points = random.uniform(0, 1, (ROWS, *shape))
        points[..., :2] = boxes[:, None, :2] + (points[..., :2] - 0.5) * boxes[:, None, 2:] * 2
        extras = points.reshape(ROWS, -1)
    else:
        low, high = ANGLES[form]
        nearly = random.choice([low + 0.1, 0.3, 1.7, high - 0.2], (ROWS, 1))
        extras = nearly + random.normal(0, 0.05, (ROWS, 1))
    if form == "decoded":
        return np.concatenate([boxes, random.uniform(0, 0.9, (ROWS, classes)), extras], 1)
    scores = np.sort(random.uniform(0, 0.9, (ROWS, 1)), 0)[::-1]
    labels = random.integers(0, classes, (ROWS, 1))
    corners = np.concatenate([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2], 1)
    return np.concatenate([boxes if task == "obb" else corners, scores, labels, extras], 1)


def found_in(output, task, classes, shape, form, options):
    """As the package's predictors of these tasks do it, with angles made regular."""
    (rows,) = non_max_suppression(
        output.clone(),
        CONFIDENCE,
        options["iou"],
        agnostic=options.get("agnostic", False),
        max_det=MOST,
        nc=classes,
        rotated=task == "obb",
        end2end=form == "chosen",
    )
    found = {"scores": rows[:, 4].tolist(), "labels": rows[:, 5].int().tolist()}
    if task == "obb":
        rotated = torch.cat([rows[:, :4], rows[:, -1:]], -1)
        rotated[:, :4] = ops.scale_boxes(SIZE, rotated[:, :4], PICTURE, xywh=True)
        return {
            **found,
            "rotated": ops.regularize_rboxes(rotated).tolist(),
            "corners": ops.xywhr2xyxyxyxy(ops.regularize_rboxes(rotated)).tolist(),
        }
    points = ops.scale_coords(SIZE, rows[:, 6:].reshape(-1, *shape).clone(), PICTURE)
    return {**found, "keypoints": points.tolist()}


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [rounded(each) for each in value]
    return round(value, 4) if isinstance(value, float) else value


def case_of(index, task, classes, shape, form, options):
    random = np.random.default_rng(index)
    rows = rows_of(task, classes, shape, form, random).round(3)
    output = torch.tensor(rows, dtype=torch.float32)[None]
    output = output.transpose(1, 2).contiguous() if form == "decoded" else output
    return {
        "task": task,
        "form": form,
        "kpt_shape": shape and list(shape),
        "options": {**options, "confidence": CONFIDENCE, "maxDetections": MOST},
        "shape": list(output.shape),
        "output": [round(value, 3) for value in output.flatten().tolist()],
        "found": rounded(found_in(output, task, classes, shape, form, options)),
    }


def main():
    cases = [case_of(index, *case) for index, case in enumerate(CASES)]
    document = {"size": SIZE, "picture": PICTURE, "cases": cases}
    TARGET.write_text(json.dumps(document, separators=(",", ":")) + "\n")
    for case in cases:
        print(case["task"], case["form"], case["shape"], len(case["found"]["scores"]), "found")


if __name__ == "__main__":
    main()
