"""Fuzzy search: "gbl" finds "Gaussian Blur", "guassian" too.

The scoring is that of fzf: letters in order, points for each, more at the beginning of a word and in a run, fewer
for gaps. Case and accents do not count.
"""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final, NamedTuple, TypeVar

T = TypeVar("T")

_LETTER: Final = 16.0
_FIRST_WORD: Final = 14.0
_WORD: Final = 11.0
_RUN: Final = 8.0
_GAP_OPENS: Final = 7.0
_GAP_GROWS: Final = 1.0
_LOWEST_SHARE: Final = 0.62
"""Of what its letters alone would give: below that the letters are there by chance."""
_OTHER_TEXTS: Final = 0.85
_TYPO: Final = 0.72
"""How much alike a word and a mistyped one must be."""
_LONGEST: Final = 64
_NEVER: Final = float("-inf")


class _Prepared(NamedTuple):
    text: str
    bonus: tuple[float, ...]
    words: tuple[str, ...]


def score(query: str, text: str) -> float | None:
    """How well `query` fits `text`, higher is better; None when it does not. An empty query fits everything with 0.

    Words of the query are looked for one by one, in any order, and all must be there.
    """
    return _score_words(_fold(query).split(), (text,))


def best(
    query: str,
    items: Iterable[T],
    key: Callable[[T], Sequence[str]],
    boost: Callable[[T], float] = lambda _: 1.0,
) -> list[T]:
    """The items that fit, best first; those that fit equally well keep their order.

    key: an item's texts, its title first; the others count less. boost: a factor for its score (how often it is used).
    Without a query all items, by boost. When nothing fits, those with a word that looks like a mistyped one.
    """
    kept = list(items)
    words = _fold(query).split()
    if not words:
        return sorted(kept, key=boost, reverse=True)
    found = [(found_score, item) for item in kept if (found_score := _score_words(words, key(item))) is not None]
    found = found or [(alike, item) for item in kept if (alike := _alike(words, key(item)))]
    found = [(points * boost(item), item) for points, item in found]
    return [item for _, item in sorted(found, key=lambda pair: -pair[0])]


def _score_words(words: Sequence[str], texts: Sequence[str]) -> float | None:
    total = 0.0
    for word in words:
        highest = _NEVER
        for number, text in enumerate(texts):
            prepared = _prepare(text)
            if _is_inside(word, prepared.text):
                points = _score(word[:_LONGEST], prepared)
                highest = max(highest, points * (_OTHER_TEXTS if number else 1.0))
        if highest == _NEVER:
            return None
        total += highest
    return total


def _is_inside(word: str, text: str) -> bool:
    """Whether the letters are there in this order: rejects nearly everything at once."""
    place = -1
    for letter in word:
        place = text.find(letter, place + 1)
        if place < 0:
            return False
    return True


def _score(word: str, prepared: _Prepared) -> float:
    """The best of all ways to find the letters; -inf when even that one is scattered."""
    text, bonus, _ = prepared
    length = len(text)
    ends = [0.0] * length  # the best score with the letter before found exactly here
    for number, letter in enumerate(word):
        now = [_NEVER] * length
        reach = _NEVER  # the best of the letters before, less what the gap costs
        place = 0
        for place in range(length):
            if number and place > 1:
                reach = max(reach - _GAP_GROWS, ends[place - 2] - _GAP_OPENS)
            if text[place] != letter:
                continue
            if number == 0:
                now[place] = _LETTER + bonus[place] * 2
            else:
                run = ends[place - 1] + max(_RUN, bonus[place]) if place else _NEVER
                now[place] = _LETTER + max(run, reach + bonus[place])
        ends = now
    points = max(ends)
    if points < _LETTER * len(word) * _LOWEST_SHARE + (_RUN if len(word) > 1 else 0):
        return _NEVER
    whole = _FIRST_WORD if text == word else 0.0
    return points + whole - 0.05 * length


def _alike(words: Sequence[str], texts: Sequence[str]) -> float:
    """The likeness (0..1) of the worst of the query's words to the item's; 0 when one is like none."""
    lowest = 1.0
    for word in words:
        highest = 0.0
        for text in texts:
            for other in _prepare(text).words:
                highest = max(highest, _likeness(word, other))
        if highest < _TYPO:
            return 0.0
        lowest = min(lowest, highest)
    return lowest


@lru_cache(4096)
def _likeness(word: str, other: str) -> float:
    """Also of a word that is not typed to its end."""
    if abs(len(word) - len(other)) > max(len(word), 4) or len(word) < 3:
        return 0.0
    shorter = other[: len(word) + 1]
    matcher = SequenceMatcher(None, word, shorter, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= _TYPO and matcher.quick_ratio() >= _TYPO else 0.0


@lru_cache(8192)
def _prepare(text: str) -> _Prepared:
    """The text as it is compared, what its letters are worth as the beginning of something, and its words."""
    letters: list[str] = []
    bonus: list[float] = []
    before = ""
    for letter in text[:256]:
        folded = _fold(letter)
        begins = letter.isalnum() and (
            not before.isalnum() or (letter.isupper() and before.islower()) or (letter.isdigit() != before.isdigit())
        )
        worth = (_FIRST_WORD if not letters else _WORD) if begins else 0.0
        letters.append(folded)
        bonus += [worth, *[0.0] * (len(folded) - 1)] if folded else []
        before = letter
    whole = "".join(letters)
    words = tuple("".join(part if part.isalnum() else " " for part in whole).split())
    return _Prepared(whole, tuple(bonus), words)


def _fold(text: str) -> str:
    """Without case and accents."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))
