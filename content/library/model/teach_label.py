"""Teach the camera of `label-and-pack`: run with Stepline's own Python after the pictures were drawn anew.

python content/library/model/teach_label.py
"""

from pathlib import Path

import cv2
import numpy as np
from content.vision.pictures import as_jpeg
from content.vision.taught import Region, write_taught
from content.vision.teaching import Example, Lesson, teach

HERE = Path(__file__).resolve().parents[1] / "instructions" / "label-and-pack"
LABEL = np.array([[0.377, 0.370], [0.650, 0.425], [0.624, 0.610], [0.339, 0.545]])  # its corners, as shares
REGION = Region(x=0.335, y=0.362, width=0.320, height=0.250, name="label")


def taken(picture: np.ndarray, seed: int) -> np.ndarray:
    """The picture as a camera on a stand takes it: a little moved, the light a little other, some noise."""
    numbers = np.random.default_rng(seed)
    across, down, turned = (float(each) for each in numbers.uniform(-1, 1, 3))
    high, wide = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((wide / 2, high / 2), 1.5 * turned, 1.0)
    turn[:, 2] += (12 * across, 12 * down)
    moved = cv2.warpAffine(picture, turn, (wide, high), borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    noise = numbers.normal(0, 3, moved.shape)
    return np.asarray(np.clip(moved * float(numbers.uniform(0.85, 1.0)) + noise, 0, 255), dtype=np.uint8)


def bare(picture: np.ndarray) -> np.ndarray:
    """The cover without its label."""
    high, wide = picture.shape[:2]
    mask = np.zeros((high, wide), dtype=np.uint8)
    corners = (LABEL * (wide, high)).astype(np.int32)
    cv2.fillConvexPoly(mask, corners, 255)
    mask = cv2.dilate(mask, np.ones((17, 17), np.uint8))
    small = cv2.inpaint(cv2.resize(picture, (400, 300)), cv2.resize(mask, (400, 300)), 5, cv2.INPAINT_TELEA)
    filled = cv2.resize(small, (wide, high), interpolation=cv2.INTER_CUBIC)
    return np.where(mask[..., None] > 0, filled, picture)


def main() -> None:
    """Write vision/type-label.vision, and say how well good and bad divide."""
    picture = cv2.resize(cv2.imread(str(HERE / "media" / "press-label.webp")), (1280, 960))
    examples = [
        *(Example(name=f"good {n}", data=as_jpeg(taken(picture, n)), good=True) for n in range(1, 5)),
        *(
            Example(name=f"bad {n}", data=as_jpeg(taken(bare(picture), 10 + n)), good=False)
            for n in range(1, 5)
        ),
    ]
    lesson = Lesson(
        name="type-label", kind="presence", regions=(REGION,), note="Taught on the drawn picture."
    )
    learned = teach(lesson, examples)
    for each in learned.scores:
        print(each.name, each.score, each.why)
    print(learned.check.align, learned.check.threshold, learned.separate, *learned.remarks)
    check = learned.check.model_copy(update={"taught_from": ()})  # the pictures are not kept
    (HERE / "vision").mkdir(exist_ok=True)
    (HERE / "vision" / "type-label.vision").write_bytes(write_taught(check))


if __name__ == "__main__":
    main()
