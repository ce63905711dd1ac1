"""Runs our files where YOLOv5's users run them: python scripts/check_yolov5.py WEIGHTS.pt PICTURE…

    pip install torch==2.13.0 onnx==1.23.2 onnxruntime==1.32.0 opencv-python-headless==5.0.0.93 -r scripts/shapes/requirements.txt
    pip install --no-deps yolov5==7.0.14 thop==0.1.1.post2209072238

The weights are compiled in several forms. YOLOv5's own DetectMultiBackend loads each, on ONNX Runtime or on OpenCV's DNN, and
the steps of its detect.py around it find boxes, which have to be those that it finds with the .pt. Exit code 1 if any differ.
"""

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import torch

from module_goldens import ROOT

sys.path.insert(0, str(ROOT / "scripts" / "shapes"))
import reference  # noqa: E402  gives yolov5 the module names of the original repository
import models.common  # noqa: E402
import utils.downloads  # noqa: E402
from models.common import DetectMultiBackend  # noqa: E402
from utils.dataloaders import LoadImages  # noqa: E402
from utils.general import non_max_suppression, scale_boxes  # noqa: E402

# The package looks for every file on a hub first; v7.0 does not.
for each in (models.common, utils.downloads):
    each.attempt_download_from_hub = lambda *_, **__: None

PROGRAM = ROOT / "packages" / "cli" / "bin" / "yolo-compile.js"
SIDE = 640
CPU = torch.device("cpu")


@dataclass(frozen=True)
class Allowed:
    """The most that a box may differ: its sides in pixels of the picture, its confidence."""

    pixels: float
    confidence: float


FLOAT = Allowed(0.05, 1e-4)
HALF = Allowed(2.0, 0.01)


@dataclass(frozen=True)
class Form:
    """A file, and how the backend runs it."""

    options: tuple[str, ...]
    allowed: Allowed
    # Letterboxes as detect.py does for a .pt: no larger than needed.
    rectangular: bool = False
    opencv: bool = False
    fp16: bool = False


FORMS = {
    "decoded": Form((), FLOAT),
    "opset 12 on OpenCV": Form(("--opset", "12"), FLOAT, opencv=True),
    "dynamic": Form(("--dynamic", "batch", "height", "width"), FLOAT),
    "dynamic, rectangular": Form(("--dynamic", "batch", "height", "width"), FLOAT, rectangular=True),
    "half": Form(("--half",), HALF),
    "half, float16 in and out": Form(("--half", "--half-io"), HALF, fp16=True),
}


def compiled(weights, options, folder):
    """The model that the command line makes and proves."""
    output = Path(folder) / "model.onnx"
    subprocess.run(["node", PROGRAM, weights, *options, "-o", output], check=True, capture_output=True, text=True)
    return output


def find(backend, pictures, rectangular):
    """The steps of detect.py without drawing: [box, confidence, class] of each picture, in pixels of it."""
    found = []
    for picture in pictures:
        for _, image, original, _, _ in LoadImages(picture, img_size=(SIDE, SIDE), stride=backend.stride, auto=rectangular):
            x = torch.from_numpy(image).to(backend.device)
            x = (x.half() if backend.fp16 else x.float()) / 255
            (found_here,) = non_max_suppression(backend(x[None]), conf_thres=0.25, iou_thres=0.45, max_det=1000)
            boxes = found_here.float()
            boxes[:, :4] = scale_boxes(x.shape[1:], boxes[:, :4], original.shape)
            found.append(boxes)
    return found


def difference(expected, found):
    """The largest differences in pixels and confidence of boxes that belong together; raises where one has no partner."""
    largest = [0.0, 0.0]
    for at, (wanted, given) in enumerate(zip(expected, found, strict=True)):
        if len(wanted) != len(given):
            raise ValueError(f"{len(given)} boxes instead of {len(wanted)} in picture {at}")
        if len(wanted) == 0:
            continue
        overlaps = reference.iou_matrix(torch.cat([wanted, given])[:, :4])[: len(wanted), len(wanted) :]
        partners = overlaps.argmax(1)
        if len(set(partners.tolist())) != len(wanted) or not torch.equal(wanted[:, 5], given[partners, 5]):
            raise ValueError(f"other boxes in picture {at}")
        apart = (wanted - given[partners]).abs()
        largest = [max(largest[0], apart[:, :4].max().item()), max(largest[1], apart[:, 4].max().item())]
    return largest


def check(form, weights, pictures, expected, names):
    """A line about the form; raises where its boxes or names are others."""
    with tempfile.TemporaryDirectory() as folder:
        model = compiled(weights, form.options, folder)
        backend = DetectMultiBackend(str(model), device=CPU, dnn=form.opencv, fp16=form.fp16)
        found = find(backend, pictures, form.rectangular)
    # On OpenCV the backend reads no metadata.
    if not form.opencv and backend.names != names:
        raise ValueError(f"names are {backend.names}, expected {names}")
    pixels, confidence = difference(expected, found)
    text = f"{sum(map(len, found))} boxes, at most {pixels:.2g} pixels and {confidence:.2g} of confidence away"
    if pixels > form.allowed.pixels or confidence > form.allowed.confidence:
        raise ValueError(f"{text}: allowed are {form.allowed.pixels} and {form.allowed.confidence}")
    return text


def main(arguments):
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    weights, *pictures = arguments
    original = DetectMultiBackend(weights, device=CPU)
    names = original.names if isinstance(original.names, dict) else dict(enumerate(original.names))
    with torch.no_grad():
        expected = {rectangular: find(original, pictures, rectangular) for rectangular in (False, True)}
    if not all(sum(map(len, each)) for each in expected.values()):
        raise ValueError("the .pt finds nothing in these pictures: other ones are needed")
    failed = 0
    for name, form in FORMS.items():
        try:
            print(f"{name}: {check(form, weights, pictures, expected[form.rectangular], names)}")
        except Exception as error:  # Each runtime refuses a file with errors of its own.
            failed += 1
            said = error.stderr if isinstance(error, subprocess.CalledProcessError) else error
            print(f"{name}: FAILED, {type(error).__name__}: {said}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
