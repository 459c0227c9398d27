"""Sizes of files in words."""


def megabytes(size: int) -> str:
    """A size for people: 12 kB, 3.4 MB, 1.2 GB."""
    for unit, length in (("GB", 1e9), ("MB", 1e6)):
        if size >= length:
            return f"{size / length:.1f} {unit}"
    return f"{max(size / 1e3, 0.1):.1f} kB" if size < 10_000 else f"{size / 1e3:.0f} kB"
