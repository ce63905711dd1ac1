"""Average precision of detections, with precision interpolated at 101 recall points as for COCO."""

import numpy as np

THRESHOLDS = np.linspace(0.5, 0.95, 10)
RECALL_POINTS = np.linspace(0, 1, 101)
SCORES = np.linspace(0, 1, 1001)
ROW = ["boxes", "mAP50", "mAP50-95", "precision", "recall"]


def summarise(found, labelled, names):
    """Metrics per class and overall. `found` rows: x1, y1, x2, y2, score, class; `labelled`: class, x1, y1, x2, y2."""
    curves = {name: class_curves(found, labelled, label) for label, name in names.items()}
    best = best_score(list(curves.values()))
    per_class = {name: class_summary(curve, best) for name, curve in curves.items()}
    overall = {key: float(np.mean([row[key] for row in per_class.values()])) for key in ROW[1:]}
    return {
        "pictures": len(labelled),
        "boxes": sum(row["boxes"] for row in per_class.values()),
        **rounded(overall),
        "score_threshold": float(SCORES[best].round(3)),
        "classes": {name: rounded(row) for name, row in per_class.items()},
    }


def class_summary(curve, best):
    ap, precision, recall, boxes = curve
    return dict(zip(ROW, [boxes, float(ap[0]), float(ap.mean()), float(precision[best]), float(recall[best])]))


def rounded(row):
    return {key: round(value, 4) for key, value in row.items()}


def best_score(curves):
    """The index into SCORES where the classes' mean F1 is highest."""
    f1 = [2 * p * r / np.maximum(p + r, 1e-9) for _, p, r, _ in curves]
    return int(np.mean(f1, 0).argmax())


def class_curves(found, labelled, label):
    """Average precision at each IoU threshold, and precision and recall at IoU 0.5 for each of SCORES."""
    scores, hits, boxes = [], [], 0
    for rows, truth in zip(found, labelled):
        rows = rows[rows[:, 5] == label]
        truth = truth[truth[:, 0] == label, 1:]
        scores.append(rows[:, 4])
        hits.append(match(rows[:, :4], truth))
        boxes += len(truth)
    scores, hits = np.concatenate(scores), np.concatenate(hits)
    order = (-scores).argsort(kind="stable")
    scores, true = scores[order], hits[order].cumsum(0)
    recall = true / boxes
    precision = true / np.arange(1, len(true) + 1)[:, None]
    ap = np.array([average_precision(recall[:, i], precision[:, i]) for i in range(len(THRESHOLDS))])
    kept = np.searchsorted(-scores, -SCORES, side="right") - 1
    return ap, at_score(precision[:, 0], kept, 1), at_score(recall[:, 0], kept, 0), boxes


def at_score(curve, kept, empty):
    """The curve's value after the last detection that a score threshold keeps, `empty` where it keeps none (-1)."""
    return np.append(curve, empty)[kept]


def average_precision(recall, precision):
    recall = np.concatenate([[0], recall, [1]])
    precision = np.concatenate([[1], precision, [0]])
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return np.trapezoid(np.interp(RECALL_POINTS, recall, envelope), RECALL_POINTS)


def match(boxes, truth):
    """For each box and threshold, whether it hits; boxes come best first and each labelled box is hit once."""
    overlaps = iou(boxes, truth)
    hits = np.zeros((len(boxes), len(THRESHOLDS)), bool)
    for column, threshold in enumerate(THRESHOLDS):
        free = np.ones(len(truth), bool)
        for row, overlap in enumerate(overlaps):
            candidates = np.where(free, overlap, 0)
            if len(truth) and candidates.max() >= threshold:
                free[candidates.argmax()] = False
                hits[row, column] = True
    return hits


def iou(a, b):
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = (high - low).clip(0).prod(2)
    areas = [(x[:, 2] - x[:, 0]) * (x[:, 3] - x[:, 1]) for x in (a, b)]
    return shared / (areas[0][:, None] + areas[1][None] - shared)
