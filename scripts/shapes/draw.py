"""Draws pictures of simple shapes together with their boxes; every picture follows from its seed."""

import io
import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

CLASSES = ["circle", "square", "triangle", "star", "cross", "ring"]
SUPERSAMPLE = 3
MAX_COVERED = 0.35  # the share of the smaller of two boxes that their overlap may take


@dataclass
class Picture:
    """`pixels` is uint8 height x width x RGB; `boxes` holds rows of class, x1, y1, x2, y2 in pixels."""

    pixels: np.ndarray
    boxes: np.ndarray


def draw_picture(seed, width, height, count=None, sizes=(15, 95)):
    """Draws one picture with `count` shapes (a few when None) whose boxes are about `sizes` pixels wide."""
    rng = np.random.default_rng(seed)
    canvas = background(rng, width, height).resize((width * SUPERSAMPLE, height * SUPERSAMPLE), Image.BILINEAR)
    draw_clutter(rng, canvas, int(rng.integers(0, 14)))
    boxes = []
    for _ in range(count or int(rng.integers(1, 8))):
        place_shape(rng, canvas, boxes, sizes)
    draw_clutter(rng, canvas, int(rng.integers(0, 3)), thick=1.5)
    pixels = degrade(rng, canvas.resize((width, height), Image.BOX))
    return Picture(pixels, clip_boxes(np.array(boxes), width, height))


def clip_boxes(boxes, width, height):
    """Moves box corners that lie outside the picture to its edge."""
    boxes[:, [1, 3]] = boxes[:, [1, 3]].clip(0, width)
    boxes[:, [2, 4]] = boxes[:, [2, 4]].clip(0, height)
    return boxes


# --- backgrounds -----------------------------------------------------------------------------------------------------


def background(rng, width, height):
    """A gradient, stripes, a checkerboard or soft blotches."""
    kind = rng.choice(["gradient", "stripes", "checks", "blotches"], p=[0.4, 0.2, 0.1, 0.3])
    first = rng.uniform(0, 255, 3)
    second = (first + rng.uniform(-70, 70, 3)).clip(0, 255)
    blend = BACKGROUNDS[kind](rng, width, height)[..., None]
    return Image.fromarray((first + (second - first) * blend).astype(np.uint8))


def ramp(rng, width, height):
    """Each pixel's distance along a random direction, in pixels."""
    angle = rng.uniform(0, 2 * math.pi)
    y, x = np.mgrid[0:height, 0:width]
    return x * math.cos(angle) + y * math.sin(angle)


def gradient(rng, width, height):
    distance = ramp(rng, width, height)
    return (distance - distance.min()) / np.ptp(distance)


def stripes(rng, width, height):
    return (ramp(rng, width, height) / rng.uniform(6, 40) % 2 < 1).astype(float)


def checks(rng, width, height):
    y, x = np.mgrid[0:height, 0:width] // int(rng.integers(10, 40))
    return ((x + y) % 2).astype(float)


def blotches(rng, width, height):
    coarse = rng.uniform(0, 255, rng.integers(3, 9, 2)).astype(np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((width, height), Image.BICUBIC)) / 255


BACKGROUNDS = {"gradient": gradient, "stripes": stripes, "checks": checks, "blotches": blotches}


def draw_clutter(rng, canvas, count, thick=4):
    """Draws thin lines and arcs that belong to no class."""
    pen = ImageDraw.Draw(canvas)
    for _ in range(count):
        colour = tuple(int(c) for c in rng.integers(0, 256, 3))
        width = max(1, round(rng.uniform(0.5, thick) * SUPERSAMPLE))
        x1, y1 = rng.uniform(0, canvas.size)
        x2, y2 = (x1, y1) + rng.uniform(-90, 90, 2) * SUPERSAMPLE
        if rng.random() < 0.7:
            pen.line((x1, y1, x2, y2), fill=colour, width=width)
        else:
            start = rng.uniform(0, 360)
            frame = (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
            pen.arc(frame, start, start + rng.uniform(30, 130), fill=colour, width=width)


# --- shapes ----------------------------------------------------------------------------------------------------------


def polygon(sides):
    angles = np.arange(sides) * 2 * math.pi / sides
    return np.stack([np.sin(angles), -np.cos(angles)], 1)


def star():
    points = polygon(10)
    points[1::2] *= 0.42
    return points


def cross():
    arm = 0.32
    quarter = np.array([[-arm, -1], [arm, -1], [arm, -arm]])
    turns = [np.array([[c, s], [-s, c]]) for c, s in [(1, 0), (0, 1), (-1, 0), (0, -1)]]
    return np.concatenate([quarter @ turn for turn in turns])


OUTLINES = {
    "circle": polygon(64),
    "square": polygon(4),
    "triangle": polygon(3),
    "star": star(),
    "cross": cross(),
    "ring": polygon(64),
}


def outline(rng, name):
    """The points of a shape, stretched a little and turned, filling a box whose longer side is 1."""
    stretch = np.array([rng.uniform(0.85, 1), 1])
    points = OUTLINES[name] * (stretch if name != "square" else 1)
    angle = rng.uniform(0, 2 * math.pi)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    points = points @ turn
    points -= (points.min(0) + points.max(0)) / 2
    return points / np.ptp(points, axis=0).max()


def place_shape(rng, canvas, boxes, sizes):
    """Draws one shape where it hides no earlier one too much, and adds its box; gives up after some tries."""
    picture = np.array(canvas.size) / SUPERSAMPLE
    for _ in range(30):
        label = int(rng.integers(len(CLASSES)))
        size = math.exp(rng.uniform(math.log(sizes[0]), math.log(sizes[1])))
        points = outline(rng, CLASSES[label]) * size
        points += rng.uniform(size * 0.4, picture - size * 0.4)
        box = [label, *points.min(0), *points.max(0)]
        if all(covered(box, other) < MAX_COVERED for other in boxes):
            paint(rng, canvas, CLASSES[label], points)
            boxes.append(box)
            return


def covered(a, b):
    """The overlap of two boxes as a share of the smaller one."""
    width = min(a[3], b[3]) - max(a[1], b[1])
    height = min(a[4], b[4]) - max(a[2], b[2])
    smaller = min((box[3] - box[1]) * (box[4] - box[2]) for box in (a, b))
    return max(width, 0) * max(height, 0) / smaller


def paint(rng, canvas, name, points):
    """Fills the shape with a colour that stands out from what lies under it."""
    mask = Image.new("L", canvas.size)
    pen = ImageDraw.Draw(mask)
    pen.polygon([tuple(p) for p in points * SUPERSAMPLE], fill=255)
    if name == "ring":
        centre = points.mean(0)
        hole = centre + (points - centre) * rng.uniform(0.5, 0.7)
        pen.polygon([tuple(p) for p in hole * SUPERSAMPLE], fill=0)
    under = np.asarray(canvas)[np.asarray(mask) > 0].mean(0)
    canvas.paste(contrasting(rng, under), mask=mask)


def contrasting(rng, under):
    while True:
        colour = rng.integers(0, 256, 3)
        if np.linalg.norm(colour - under) > 110:
            return tuple(int(c) for c in colour)


# --- the camera ------------------------------------------------------------------------------------------------------


def degrade(rng, image):
    """Adds some blur, noise and JPEG loss."""
    if rng.random() < 0.4:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 0.8)))
    noise = rng.normal(0, rng.uniform(0, 7), (image.height, image.width, 3))
    noisy = Image.fromarray((np.asarray(image) + noise).clip(0, 255).astype(np.uint8))
    stream = io.BytesIO()
    save_jpeg(noisy, stream, quality=int(rng.integers(75, 96)))
    return np.asarray(Image.open(stream))


def save_jpeg(image, target, quality):
    """Full chroma resolution, so that all decoders agree to about one grey level."""
    image.save(target, "JPEG", quality=quality, subsampling=0)
