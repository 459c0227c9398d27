"""Small pieces of sentences."""


def counted(number: int, what: str) -> str:
    """``1 error``, ``2 errors``."""
    return f"{number} {what}{'' if number == 1 else 's'}"
