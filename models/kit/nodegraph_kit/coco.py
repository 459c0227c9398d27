"""The names of COCO's things, one spelling of each, whatever a model or its files call them.

Source: Lin, T.-Y. et al.: Microsoft COCO: Common Objects in Context, 2014. Detectors count its 80 kinds of things
either 0..79, or 1..90 with gaps, as the paper numbered them before ten were dropped.
"""

from typing import Final

NAMES: Final[tuple[str, ...]] = (
    "person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat", "traffic light",
    "fire hydrant", "stop sign", "parking meter", "bench", "bird", "cat", "dog", "horse", "sheep", "cow", "elephant",
    "bear", "zebra", "giraffe", "backpack", "umbrella", "handbag", "tie", "suitcase", "frisbee", "skis", "snowboard",
    "sports ball", "kite", "baseball bat", "baseball glove", "skateboard", "surfboard", "tennis racket", "bottle",
    "wine glass", "cup", "fork", "knife", "spoon", "bowl", "banana", "apple", "sandwich", "orange", "broccoli",
    "carrot", "hot dog", "pizza", "donut", "cake", "chair", "couch", "potted plant", "bed", "dining table", "toilet",
    "tv", "laptop", "mouse", "remote", "keyboard", "cell phone", "microwave", "oven", "toaster", "sink",
    "refrigerator", "book", "clock", "vase", "scissors", "teddy bear", "hair drier", "toothbrush",
)  # fmt: skip
"""The 80 names in COCO's order; index 0..79 is what most detectors give."""

_DROPPED: Final = frozenset({12, 26, 29, 30, 45, 66, 68, 69, 71, 83})
BY_ID: Final[dict[int, str]] = dict(
    zip((number for number in range(1, 91) if number not in _DROPPED), NAMES, strict=True)
)
"""Name by COCO's own number, 1..90 with gaps, as the TensorFlow and DETR detectors give it."""

_OTHER_NAMES: Final[dict[str, str]] = {
    "aeroplane": "airplane",
    "cellphone": "cell phone",
    "diningtable": "dining table",
    "doughnut": "donut",
    "hair dryer": "hair drier",
    "mobile phone": "cell phone",
    "motorbike": "motorcycle",
    "people": "person",
    "pottedplant": "potted plant",
    "sofa": "couch",
    "television": "tv",
    "tvmonitor": "tv",
}


def name_of(label: str) -> str:
    """`label` as COCO spells it, if it is a thing of COCO's; any other label as it is, without spaces around it.

    ``tvmonitor`` and ``TV`` are ``tv``, ``potted_plant`` is ``potted plant``.
    """
    plain = " ".join(label.replace("_", " ").split())
    known = _OTHER_NAMES.get(plain.lower(), plain.lower())
    return known if known in NAMES else plain


def names_in(text: str) -> frozenset[str]:
    """What a person wrote to choose kinds of things, such as ``person, Sofa``, as COCO spells them; "" is empty."""
    return frozenset(name_of(part) for part in text.replace(";", ",").replace("\n", ",").split(",") if part.strip())
