r"""Which objects an export shows, as words of its command line; and lists of class names in one word, both ways.

A class may be called anything. Inside a word a backslash takes from the comma, equals sign, blank or backslash behind
it what it means there (``nut\, bolt,washer`` are two names); before another letter it is itself. It judges no name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from myriorama.plugins.selection import ClassUse, Selection
from myriorama.plugins.splitting import Split

_LETTER: Final = re.compile(r"\\([\\,=\s])|(.)", re.DOTALL)
_MEANS_MORE: Final = re.compile(r"[\\,=]|^\s|\s$")

_Letters = list[tuple[str, bool]]
"""Letters of a word, and of each whether it means itself."""


def spelled(name: str) -> str:
    """Return a name as it stands in a list of names; `names_in` reads it back."""
    return _MEANS_MORE.sub(lambda found: "\\" + found.group(), name)


def names_in(text: str) -> list[str]:
    """Return the names between the commas of a word; empty ones are left out."""
    return [name for part in _parted(_letters(text), ",") if (name := _joined(part))]


def pairs_in(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield the pairs between the commas of a word, divided at their last equals sign: both sides, and the whole.

    Without an equals sign the name is empty.
    """
    for part in _parted(_letters(text), ","):
        if written := _joined(part):
            at = max((k for k, letter in enumerate(part) if letter == ("=", False)), default=0)
            yield _joined(part[:at]), _joined(part[at + 1 :]), written


def pair_in(text: str) -> tuple[str, str]:
    """Return both sides of a word's first equals sign; without one the second is empty. Commas mean themselves."""
    first, *rest = _parted(_letters(text), "=")
    kept = rest[0] if rest else []
    for part in rest[1:]:
        kept = [*kept, ("=", True), *part]
    return _joined(first), _joined(kept)


def words_of(chosen: Selection, stored: Selection, classes: Iterable[str]) -> list[str]:
    """Return the options of `export` that choose the objects of a dataset.

    Parameters
    ----------
    chosen : Selection
        What an export shows; classes are left out by its `only` or by their use.
    stored : Selection
        What holds where no option says otherwise: what the dataset itself was written with.
    classes : iterable of str
        Names of the dataset's classes.
    """
    wanted = chosen.filter
    words: list[str] = []
    for option, least in (
        ("--min-visible", wanted.min_visible),
        ("--min-size", wanted.min_size_px),
        ("--min-area", wanted.min_area_px),
    ):
        words += [option, f"{least!r}"] if least else []
    words += ["--keep-as-ignore"] if wanted.use == "ignore" else []
    return [*words, *_class_words(chosen, stored.classes, list(classes)), *_split_words(chosen.split, stored.split)]


def _class_words(chosen: Selection, stored: Mapping[str, ClassUse], classes: list[str]) -> list[str]:
    renamed: list[str] = []
    ignored: list[str] = []
    given: list[str] = []
    left_out = set()
    for name in classes:
        before, use = stored.get(name, ClassUse()), chosen.classes.get(name, ClassUse())
        if use.use == "drop":
            left_out |= {name} if before.use != "drop" else set()
        elif use.use == "ignore":
            ignored += [spelled(name)] if before.use != "ignore" else []
        else:
            own_again = use.id is None and before.id is not None  # a new name takes the id with it
            if (use.name or name) != (before.name or name) or before.use != "label" or own_again:
                renamed += ["--rename", f"{spelled(name)}={spelled(use.name or name)}"]
                before = ClassUse(use.name)
            if use.id is not None and use.id != before.id:
                given.append(f"{spelled(name)}={use.id}")
    only = chosen.only or (classes if left_out else ())
    kept = [spelled(name) for name in only if name not in left_out]
    words = ["--classes", ",".join(kept)] if kept else []
    words += renamed
    words += ["--ignore", ",".join(ignored)] if ignored else []
    return [*words, *(["--ids", ",".join(given)] if given else [])]


def _split_words(chosen: Split, stored: Split) -> list[str]:
    if chosen == stored:
        return []
    words = ["--split", ",".join(repr(share) for share in chosen.shares)]
    words += ["--split-by", chosen.by] if chosen.by != stored.by else []
    divided = len(chosen.parts) > 1  # of a set that is not, a salt changes nothing
    return words + (["--salt", chosen.salt] if divided and chosen.salt != stored.salt else [])


def _letters(text: str) -> _Letters:
    return [(found[1] or found[2], bool(found[1])) for found in _LETTER.finditer(text)]


def _parted(letters: _Letters, mark: str) -> list[_Letters]:
    parts: list[_Letters] = [[]]
    for letter in letters:
        if letter == (mark, False):
            parts.append([])
        else:
            parts[-1].append(letter)
    return parts


def _joined(letters: _Letters) -> str:
    """Return a word without the blanks around it, but for those that mean themselves."""
    kept = [k for k, (letter, itself) in enumerate(letters) if itself or not letter.isspace()]
    return "".join(letter for letter, _ in letters[kept[0] : kept[-1] + 1]) if kept else ""
