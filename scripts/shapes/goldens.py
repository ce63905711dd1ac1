"""Runs the detector as YOLOv5 does, and writes or checks the recorded answers and metrics of fixtures/shapes."""

import json
import platform
from pathlib import Path

import numpy as np
import reference  # noqa: F401  (makes `models` and `utils` importable)
import torch
from metrics import summarise
from PIL import Image
from utils.augmentations import letterbox
from utils.general import non_max_suppression, scale_boxes

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "shapes"
STRIDE = 32
DEMO_SIZE = 320
DEMO_NMS = {"conf_thres": 0.25, "iou_thres": 0.45}
TENSOR_PICTURE, TENSOR_SIZE = "portrait", 256  # the demo picture whose network input and output are kept
HELDOUT_SIZE = 192
HELDOUT_NMS = {"conf_thres": 0.001, "iou_thres": 0.6, "multi_label": True}
LCG_SHAPE = (1, 3, 64, 96)
TOLERANCE = 1e-3  # for answers that another processor or torch computes again


def read_rgb(path):
    return np.asarray(Image.open(path).convert("RGB"))


def network_input(pixels, size):
    """The letterboxed picture as uint8 channels x height x width."""
    boxed = letterbox(pixels, size, stride=STRIDE, auto=True)[0]
    return np.ascontiguousarray(boxed.transpose(2, 0, 1))


@torch.no_grad()
def raw_output(model, chw):
    """The detector's decoded output for one uint8 picture."""
    return model(torch.from_numpy(chw)[None].float() / 255)[0]


def detect(model, pixels, size, nms):
    """Rows of x1, y1, x2, y2 in pixels of the picture, score and class, best score first."""
    chw = network_input(pixels, size)
    rows = non_max_suppression(raw_output(model, chw), **nms)[0]
    scale_boxes(chw.shape[1:], rows[:, :4], pixels.shape)
    return rows.numpy()


# --- metrics on the held-out pictures --------------------------------------------------------------------------------


def load_heldout():
    """The held-out pictures as pairs of pixels and boxes."""
    labels = json.loads((FIXTURES / "heldout" / "labels.json").read_text())
    return [(read_rgb(FIXTURES / "heldout" / entry["file"]), np.array(entry["boxes"])) for entry in labels["pictures"]]


def evaluate(model, heldout):
    model.eval()
    found = [detect(model, pixels, HELDOUT_SIZE, HELDOUT_NMS) for pixels, _ in heldout]
    return summarise(found, [boxes for _, boxes in heldout], model.names)


# --- goldens ---------------------------------------------------------------------------------------------------------


def lcg_input(shape):
    """Numbers in [0, 1) from x = x * 1664525 + 1013904223 (mod 2^32), starting after the seed 1."""
    state, values = 1, []
    for _ in range(int(np.prod(shape))):
        state = (state * 1664525 + 1013904223) % 2**32
        values.append(state / 2**32)
    return np.array(values, np.float32).reshape(shape)


@torch.no_grad()
def make_tensors(model):
    """The arrays kept in golden/, by file name."""
    chw = network_input(read_rgb(FIXTURES / "pictures" / f"{TENSOR_PICTURE}.jpg"), TENSOR_SIZE)
    name = f"{TENSOR_PICTURE}_{TENSOR_SIZE}"
    return {
        f"{name}.input.npy": chw,
        f"{name}.output0.npy": raw_output(model, chw).numpy(),
        "lcg_64x96.output0.npy": model(torch.from_numpy(lcg_input(LCG_SHAPE)))[0].numpy(),
    }


def make_detections(model):
    pictures = {}
    for path in sorted((FIXTURES / "pictures").glob("*.jpg")):
        pixels = read_rgb(path)
        rows = detect(model, pixels, DEMO_SIZE, DEMO_NMS)
        pictures[path.name] = {
            "width": pixels.shape[1],
            "height": pixels.shape[0],
            "input": list(network_input(pixels, DEMO_SIZE).shape),
            "detections": [{"box": r[:4].tolist(), "score": float(r[4]), "class": int(r[5])} for r in rows],
        }
    return {
        "imgsz": DEMO_SIZE,
        "conf": DEMO_NMS["conf_thres"],
        "iou": DEMO_NMS["iou_thres"],
        "classes": list(model.names.values()),
        "pictures": pictures,
    }


def make_metrics(model):
    setting = {"imgsz": HELDOUT_SIZE, "conf": HELDOUT_NMS["conf_thres"], "iou": HELDOUT_NMS["iou_thres"]}
    return {**setting, **evaluate(model, load_heldout())}


def write_goldens(model, training=None):
    """Writes golden/ and metrics.json; without a new training, the record of the last one stays."""
    golden = FIXTURES / "golden"
    golden.mkdir(exist_ok=True)
    for name, array in make_tensors(model).items():
        np.save(golden / name, array)
    write_json(golden / "detections.json", make_detections(model))
    path = FIXTURES / "metrics.json"
    training = training or json.loads(path.read_text())["training"]
    write_json(path, {**make_metrics(model), "training": training, "versions": versions()})


def write_json(path, value):
    path.write_text(json.dumps(value, indent=1) + "\n")


def versions():
    return {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__, "yolov5": "7.0.14"}


def check_goldens(model):
    """Prints how far each golden is from what the model answers now; true if all are near."""
    golden = FIXTURES / "golden"
    differences = {
        name: relative_difference(np.load(golden / name), array) for name, array in make_tensors(model).items()
    }
    stored = json.loads((golden / "detections.json").read_text())
    differences["detections.json"] = json_difference(stored, make_detections(model))
    metrics = json.loads((FIXTURES / "metrics.json").read_text())
    fresh = make_metrics(model)
    differences["metrics.json"] = json_difference({key: metrics[key] for key in fresh}, fresh)
    for name, difference in differences.items():
        print(f"{name}: {difference:.2g}")
    return all(difference <= TOLERANCE for difference in differences.values())


def relative_difference(expected, actual):
    """The largest difference, in absolute terms for small values and relative to large ones."""
    if expected.shape != actual.shape:
        return np.inf
    expected, actual = expected.astype(float), actual.astype(float)
    return float((abs(actual - expected) / np.maximum(1, abs(expected))).max())


def json_difference(expected, actual):
    """The largest difference of two JSON values' numbers; infinite if anything else differs."""
    if isinstance(expected, dict) and isinstance(actual, dict) and expected.keys() == actual.keys():
        return max((json_difference(expected[key], actual[key]) for key in expected), default=0)
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        return max((json_difference(*pair) for pair in zip(expected, actual)), default=0)
    if isinstance(expected, (int, float)) and isinstance(actual, (int, float)):
        return abs(actual - expected) / max(1, abs(expected))
    return 0 if expected == actual else np.inf
