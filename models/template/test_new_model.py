"""`python test_new_model.py`, or pytest: a model is an ordinary function, so a test needs no server."""

import numpy as np
from server import NewModel

PICTURE = np.zeros((90, 160, 3), np.uint8)
PICTURE[30:60, 50:110] = (40, 160, 220)


def test_outlines_are_bright_and_the_picture_is_dark() -> None:
    drawn = NewModel(PICTURE)
    assert drawn.shape == PICTURE.shape
    assert drawn.max() == 255
    assert drawn[45, 80].max() < PICTURE[45, 80].max()


def test_the_picture_is_not_drawn_into() -> None:
    before = PICTURE.copy()
    NewModel(PICTURE, darkness=0.0)
    assert np.array_equal(PICTURE, before)


if __name__ == "__main__":
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test()
            print(f"{name}: good")
