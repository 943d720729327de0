"""EAN-13 article numbers: the check digit, the 95 modules of the bars, and a number of one's own for every article.

Only numbers that no shop outside can know: they start with 2, which GS1 keeps for use inside a company.
"""

from __future__ import annotations

from typing import Final

MODULES: Final = 95
"""Bars and spaces of a code, in modules; nominal width 0.33 mm."""
QUIET_LEFT: Final = 11
QUIET_RIGHT: Final = 7
"""Modules that must stay white on each side (ISO/IEC 15420)."""

_LEFT: Final = (
    "0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011",
)  # fmt: skip
# Which of the six left digits are taken from the mirrored set: this hides the first digit.
_MIRRORED: Final = (
    "000000", "001011", "001101", "001110", "010011", "011001", "011100", "010101", "010110", "011010",
)  # fmt: skip
_TEN_DIGITS: Final = 10**10
# Prime to 10: variants that follow each other get numbers that do not.
_STRIDE: Final = 4_846_103_737


def check_digit(digits: str) -> int:
    """Return the last digit for the first twelve: weights 1 and 3 in turn, filled up to a multiple of ten.

    Raises
    ------
    ValueError
        They are not twelve digits.
    """
    if len(digits) != 12 or not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"an EAN-13 is made from twelve digits, not {digits!r}")
    total = sum(int(d) * (3 if place % 2 else 1) for place, d in enumerate(digits))
    return -total % 10


def article_number(family: int, variant: int) -> str:
    """Return the thirteen digits of an article; different for each family (0 to 9) and variant (0 to 10^10 - 1).

    Raises
    ------
    ValueError
        Family or variant is out of range.
    """
    if not 0 <= family <= 9 or not 0 <= variant < _TEN_DIGITS:
        raise ValueError(f"no article number for family {family} and variant {variant}: 0 to 9, 0 to {_TEN_DIGITS - 1}")
    twelve = f"2{family}{(variant * _STRIDE + 7_351_902_846) % _TEN_DIGITS:010d}"
    return f"{twelve}{check_digit(twelve)}"


def modules(ean13: str) -> str:
    """Return the code as 95 characters from left to right, "1" for a dark module.

    Raises
    ------
    ValueError
        They are not thirteen digits, or the last is not the check digit of the others.
    """
    if len(ean13) != 13 or not (ean13.isascii() and ean13.isdigit()) or int(ean13[12]) != check_digit(ean13[:12]):
        raise ValueError(f"{ean13!r} is not an EAN-13: thirteen digits, the last of which checks the others")
    left = "".join(
        _mirrored(_LEFT[int(digit)]) if flag == "1" else _LEFT[int(digit)]
        for digit, flag in zip(ean13[1:7], _MIRRORED[int(ean13[0])], strict=True)
    )
    right = "".join(_inverted(_LEFT[int(digit)]) for digit in ean13[7:])
    return f"101{left}01010{right}101"


def _inverted(code: str) -> str:
    return code.translate(str.maketrans("01", "10"))


def _mirrored(code: str) -> str:
    return _inverted(code)[::-1]
