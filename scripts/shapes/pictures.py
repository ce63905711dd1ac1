"""Writes the demo and held-out pictures of fixtures/shapes."""

import json

from draw import CLASSES, draw_picture, save_jpeg
from goldens import FIXTURES
from PIL import Image

DEMOS = {  # name: seed, width, height, shapes, sizes
    "gallery.jpg": (101, 480, 320, 14, (30, 120)),
    "square.jpg": (102, 320, 320, 9, (18, 95)),
    "portrait.jpg": (103, 256, 384, 9, (22, 100)),
    "crowd.jpg": (104, 416, 288, 18, (22, 75)),
}
HELDOUT_SIZES = [(192, 192), (192, 160), (160, 192), (192, 128)]
HELDOUT_COUNT = 72
HELDOUT_SEED = 7


def write_pictures():
    for name, (seed, width, height, count, sizes) in DEMOS.items():
        save(draw_picture([HELDOUT_SEED, seed], width, height, count, sizes), "pictures", name, 90)
    labels = [write_heldout(index) for index in range(HELDOUT_COUNT)]
    rows = ",\n    ".join(json.dumps(row) for row in labels)
    text = f'{{\n  "classes": {json.dumps(CLASSES)},\n  "pictures": [\n    {rows}\n  ]\n}}\n'
    (FIXTURES / "heldout" / "labels.json").write_text(text)


def write_heldout(index):
    """Every other picture is square; returns the picture's entry for labels.json."""
    width, height = HELDOUT_SIZES[index // 2 % len(HELDOUT_SIZES) if index % 2 else 0]
    picture = draw_picture([HELDOUT_SEED, 1000 + index], width, height)
    name = f"{index:02d}.jpg"
    save(picture, "heldout", name, 85)
    boxes = [[int(row[0]), *row[1:].round(2).tolist()] for row in picture.boxes]
    return {"file": name, "boxes": boxes}


def save(picture, folder, name, quality):
    path = FIXTURES / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    save_jpeg(Image.fromarray(picture.pixels), path, quality)
