"""Writes goldens.json: what OpenCV and YOLOv5 answer for the pictures of fixtures/shapes and for computed data.

Needs what scripts/shapes/requirements.txt lists. Computed data come from x = x * 1664525 + 1013904223 mod 2^32, which is
changed before each value is taken; a value is float32(x / 2^32), a byte the whole part of 256 of it.
"""

import base64
import io
import json
import sys
from pathlib import Path
from zlib import crc32

import numpy as np

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[3]
SHAPES = ROOT / "fixtures" / "shapes"
sys.path.insert(0, str(ROOT / "scripts" / "shapes"))

import reference  # noqa: E402, F401  (makes `utils` importable)
import cv2  # noqa: E402
import torch  # noqa: E402
from PIL import Image  # noqa: E402
from utils.augmentations import letterbox  # noqa: E402
from utils.general import non_max_suppression, scale_boxes  # noqa: E402
from utils.segment.general import process_mask, process_mask_native  # noqa: E402

RESIZES = [
    ((97, 61), (40, 33)), ((40, 33), (97, 61)), ((64, 48), (32, 24)), ((63, 48), (32, 24)), ((32, 24), (64, 48)),
    ((1, 9), (5, 4)), ((7, 1), (3, 6)), ((50, 40), (50, 13)), ((81, 108), (48, 64)), ((300, 10), (7, 90)),
]  # fmt: skip
LETTERBOXES = [
    ((97, 61), (64, 64), None), ((97, 61), (64, 64), 32), ((61, 97), (96, 64), None), ((61, 97), (96, 64), 32),
    ((31, 20), (64, 96), 32), ((64, 64), (64, 64), 32), ((33, 64), (64, 64), None), ((200, 144), (160, 128), 32),
]  # fmt: skip
PORTRAIT = [
    {},
    {"conf_thres": 0.001, "iou_thres": 0.6, "multi_label": True},
    {"conf_thres": 0.01, "agnostic": True, "classes": [0, 2, 3]},
    {"max_det": 4},
]
RANDOM = [
    ((2, 700, 10), {"max_det": 1000}),
    ((2, 400, 8), {"conf_thres": 0.3, "iou_thres": 0.6, "multi_label": True, "max_det": 1000}),
    ((1, 300, 6), {"conf_thres": 0.1, "multi_label": True}),
    ((1, 300, 9), {"agnostic": True, "iou_thres": 0.2}),
    ((1, 200, 9), {"nm": 2, "iou_thres": 0.3}),
]
MASKS = {"shape": (2, 40, 17), "nm": 8, "protos": (2, 8, 28, 40), "input": (112, 160), "native": (144, 200)}
EXTENT = 160


def uniform(count, seed=1):
    values, state = np.empty(count), seed
    for i in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        values[i] = state / 2**32
    return values


def noise(width, height):
    return np.floor(uniform(width * height * 3) * 256).astype(np.uint8).reshape(height, width, 3)


def floats(shape, seed=1):
    return torch.from_numpy(uniform(int(np.prod(shape)), seed).astype(np.float32).reshape(shape))


def random_output(shape, masks=0):
    output = floats(shape)
    output[..., :2] *= EXTENT
    output[..., 2:4] *= EXTENT / 4
    if masks:
        output[..., -masks:] = output[..., -masks:] * 2 - 1
    return output


def checksum(array):
    return crc32(np.ascontiguousarray(array).tobytes())


def read_rgb(data):
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]


def size_of(pixels):
    return [pixels.shape[1], pixels.shape[0]]


def pictures():
    for path in sorted((SHAPES / "pictures").iterdir()):
        pixels = read_rgb(path.read_bytes())
        yield path.name, {"size": size_of(pixels), "crc32": checksum(pixels)}


def cmyk():
    file = io.BytesIO()
    inks = np.floor(uniform(6 * 5 * 4) * 256).astype(np.uint8).reshape(5, 6, 4)
    Image.fromarray(np.kron(inks, np.ones((4, 4, 1), np.uint8)), "CMYK").save(file, "JPEG", quality=75)
    pixels = read_rgb(file.getvalue())
    return {"base64": base64.b64encode(file.getvalue()).decode(), "size": size_of(pixels), "crc32": checksum(pixels)}


def resizes():
    for source, target in RESIZES:
        pixels = cv2.resize(noise(*source), target, interpolation=cv2.INTER_LINEAR)
        yield {"from": source, "to": target, "crc32": checksum(pixels)}


def letterboxes():
    for source, size, stride in LETTERBOXES:
        pixels = letterbox(noise(*source), size[::-1], auto=stride is not None, stride=stride or 32)[0]
        yield {"from": source, "size": size, "stride": stride, "to": size_of(pixels), "crc32": checksum(pixels)}


def portrait():
    output = torch.from_numpy(np.load(SHAPES / "golden" / "portrait_256.output0.npy"))
    for options in PORTRAIT:
        rows = non_max_suppression(output.clone(), **options)[0]
        scaled = scale_boxes((256, 192), rows[:, :4].clone(), (384, 256, 3))
        yield {"options": options, "rows": rows.tolist(), "scaled": scaled.tolist()}


def random():
    for shape, options in RANDOM:
        found = non_max_suppression(random_output(shape, options.get("nm", 0)), **options)
        counts = [len(rows) for rows in found]
        yield {"shape": shape, "options": options, "counts": counts, "crc32": checksum(torch.cat(found).numpy())}


def masks():
    found = non_max_suppression(random_output(MASKS["shape"], MASKS["nm"]), nm=MASKS["nm"])
    protos = floats(MASKS["protos"], seed=2) * 2 - 1
    answer = {"counts": [len(rows) for rows in found], "input": [], "native": []}
    for rows, prototypes in zip(found, protos):
        boxes, coefficients = rows[:, :4], rows[:, 6:]
        answer["input"].append(process_mask(prototypes, coefficients, boxes, MASKS["input"], upsample=True))
        scale_boxes(MASKS["input"], boxes, MASKS["native"]).round_()
        answer["native"].append(process_mask_native(prototypes, coefficients, boxes, MASKS["native"]))
    for kind in ("input", "native"):
        bits = [drawn.numpy().astype(np.uint8) for drawn in answer[kind]]
        answer[kind] = [{"pixels": int(b.sum()), "crc32": checksum(b)} for b in bits]
    return answer


def main():
    goldens = {
        "pictures": dict(pictures()),
        "cmyk": cmyk(),
        "resize": list(resizes()),
        "letterbox": list(letterboxes()),
        "portrait": list(portrait()),
        "random": list(random()),
        "masks": masks(),
    }
    (FOLDER / "goldens.json").write_text(json.dumps(goldens) + "\n")


if __name__ == "__main__":
    main()
