#!/usr/bin/env python3
"""Prints random objects, random boxes and what pycocotools says of them: pycocotools-figures.json, which MeanPrecisionTest reads.

Needs pycocotools (2.0.11 made the file) and numpy. Coordinates are eighths of a pixel and scores 64ths, so that they are exact
as floats too, and so that there are equal scores and overlaps that lie on a threshold.

Objects are [class, x, y, width, height, area, crowd], boxes [class, x, y, width, height, score].

    ./pycocotools_figures.py > pycocotools-figures.json
"""
import contextlib
import io
import json
import random

from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval


def eighths(rng, low, high):
    return rng.randint(int(low * 8), int(high * 8)) / 8


def box(rng):
    side = rng.choice([12, 30, 32, 60, 96, 150, 400])
    return [eighths(rng, 0, 500), eighths(rng, 0, 400), eighths(rng, side / 2, side), eighths(rng, side / 2, side)]


def near(rng, of):
    x, y, w, h = of
    move = rng.choice([0, 0.03, 0.1, 0.25])
    return [x + eighths(rng, -move * w, move * w), y + eighths(rng, -move * h, move * h),
            max(0.125, w + eighths(rng, -move * w, move * w)), max(0.125, h + eighths(rng, -move * h, move * h))]


def case(seed):
    rng = random.Random(seed)
    classes = rng.randint(1, 5)
    many = seed % 5 == 4
    pictures = []
    for _ in range(rng.randint(1, 8)):
        objects, boxes = [], []
        for _ in range(rng.choice([0, 1, 3, 8])):
            xywh = box(rng)
            area = xywh[2] * xywh[3] * rng.choice([1, 1, 0.5])
            objects.append({"class": rng.randrange(classes), "xywh": xywh, "area": area, "crowd": rng.random() < 0.15})
        for known in objects:
            for _ in range(rng.choice([0, 1, 1, 2, 4])):
                wrong = rng.random() < 0.1
                boxes.append({"class": rng.randrange(classes) if wrong else known["class"],
                              "xywh": near(rng, known["xywh"]), "score": rng.randint(1, 64) / 64})
        for _ in range(rng.choice([0, 2, 10]) + (130 if many else 0)):
            boxes.append({"class": rng.randrange(classes), "xywh": box(rng), "score": rng.randint(1, 64) / 64})
        boxes.sort(key=lambda found: -found["score"])
        pictures.append({"objects": objects, "boxes": boxes})
    return {"pictures": pictures}


def judge(pictures):
    classes = sorted({one["class"] for picture in pictures for one in picture["objects"] + picture["boxes"]})
    if not any(picture["boxes"] for picture in pictures) or not any(picture["objects"] for picture in pictures):
        return None  # pycocotools takes no empty list
    truth, found = COCO(), []
    annotations = []
    for number, picture in enumerate(pictures, 1):
        for one in picture["objects"]:
            annotations.append({"id": len(annotations) + 1, "image_id": number, "category_id": one["class"] + 1,
                                "bbox": one["xywh"], "area": one["area"], "iscrowd": int(one["crowd"])})
        for one in picture["boxes"]:
            found.append({"image_id": number, "category_id": one["class"] + 1, "bbox": one["xywh"],
                          "score": one["score"]})
    truth.dataset = {"info": {}, "images": [{"id": number} for number in range(1, len(pictures) + 1)],
                     "annotations": annotations,
                     "categories": [{"id": one + 1, "name": str(one)} for one in classes]}
    truth.createIndex()
    evaluation = COCOeval(truth, truth.loadRes(found), "bbox")
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    stats = [float(value) for value in evaluation.stats]
    by_class = {}
    for index, one in enumerate(classes):
        precision = evaluation.eval["precision"][:, :, index, 0, 2]
        if precision.max() > -1:
            by_class[str(one)] = float(precision[precision > -1].mean())
    return {"map": stats[0], "map50": stats[1], "map75": stats[2], "small": stats[3], "medium": stats[4],
            "large": stats[5], "recall": stats[6:9], "of_class": by_class}


def short(case):
    pictures = [{"objects": [[one["class"], *one["xywh"], one["area"], int(one["crowd"])] for one in picture["objects"]],
                 "boxes": [[one["class"], *one["xywh"], one["score"]] for one in picture["boxes"]]}
                for picture in case["pictures"]]
    return {"pictures": pictures, "figures": case["figures"]}


def main():
    cases = []
    for seed in range(30):
        one = case(seed)
        with contextlib.redirect_stdout(io.StringIO()):
            one["figures"] = judge(one["pictures"])
        if one["figures"] is not None:
            cases.append(one)
    print("[" + ",\n".join(json.dumps(short(one), separators=(",", ":")) for one in cases) + "]")


main()
