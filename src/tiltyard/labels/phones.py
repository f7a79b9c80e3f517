"""Telephone numbers, as people write them down in any country."""

import re

from tiltyard.labels.folding import BEGINS, ENDS

GAP = r"[ ./()-]{0,3}"
DIGITS = rf"(?:{GAP}[0-9]){{5,13}}"
ABROAD = rf"(?:\(\+[1-9][0-9]{{0,2}}\)|\+\(?[1-9][0-9]{{0,2}}\)?){DIGITS}"
AREA = r"[2-9][0-9][0-9]"
NATIONAL = "|".join(
    (
        r"0[1-9][0-9]{8,9}",  # 0612345678
        *(
            rf"0[1-9](?:{gap}[0-9][0-9]){{4}}(?!{gap}[0-9])" for gap in (" ", r"\.", "-")
        ),  # 01 23 45 67 89
        r"\(0[1-9][0-9]{0,3}\)[ -]?[0-9]{3,9}(?:[ -][0-9]{1,6}){0,4}",  # (030) 1234567
        r"0[1-9][0-9]{0,3}[ /.-][0-9]{3,9}(?:[ -][0-9]{1,6}){0,4}",  # 0171/1234567, 020 7946 0018
        rf"(?:1[-. ])?\({AREA}\)[ -]?{AREA}[-. ][0-9]{{4}}",  # (212) 664-7665
        *(rf"(?:1{gap})?{AREA}{gap}{AREA}{gap}[0-9]{{4}}" for gap in ("-", r"\.")),  # 212-664-7665
        r"\([0-9][0-9]\) ?9?[0-9]{4}-[0-9]{4}",  # (11) 98765-4321
    )
)
AT_HOME = re.compile(NATIONAL)
TOLD = rf"(?:\([0-9]{{1,5}}\)|[0-9])(?:{GAP}[0-9]){{6,14}}"
OUTWARD = rf"00[1-9]{DIGITS}"
ALONE = r"(?<![\W\d_]\.)(?<!^\.)(?<![0-9][,:/+*^-])(?<![0-9][0-9] )"
"""No part of a longer number, of a fraction, of a sum or of an account."""
PHONE = re.compile(
    rf"(?=[(+0-9]){BEGINS}(?:{ABROAD}|{ALONE}(?:{OUTWARD}|{NATIONAL}|{TOLD})){ENDS}(?![.,][0-9])"
)
SIGN = r"[0-9](?:[ ./()-]{0,3}[0-9]){6}"
"""What every such text has in it, for an engine without context."""

SAID = re.compile(
    r"(?:\b(?:tele?(?:f|ph)?on\w*|tel|phone\w*|mobil\w*|handy\w*|cell\w*|whatsapp|viber|fax|sms"
    r"|call|dial|ring|celular|portable|móvil)\b|телефон\w*|тел\b|电话|手机|電話)[^\d\n]{0,12}$",
    re.IGNORECASE,
)
"""Words before digits that make a telephone number of them."""
BOOK = re.compile(r"isbn[^\n]{0,12}$", re.IGNORECASE)
POST = re.compile(r"\b[A-Z]{2}\s+$")
"""A state of the United States, before the number of a post office."""
BEFORE = 40
DATES = re.compile(
    r"(?:19|20)\d\d[-./ ]\d{1,2}[-./ ]\d{1,2}|\d{1,2}[-./ ]\d{1,2}[-./ ](?:19|20)\d\d"
)
ROUND = re.compile(r"0{5}$")
FRACTION = re.compile(r"\+?\d+\.\d+")
COUNTED = ("01234567890", "09876543210")
FEWEST, MOST = 8, 15
"""Digits with the country's (E.164), or at home."""
OF_COUNTRY_1_OR_7 = 11


def is_phone(match: re.Match[str]) -> bool:
    """Say whether a match of :data:`PHONE` is one: with a country, as at home, or said to be one.

    >>> texts = ("+49 30 901820", "call 5551234", "1 000 5551234")
    >>> [is_phone(PHONE.search(text)) for text in texts]
    [True, True, False]
    """
    written = match[0]
    digits = re.sub(r"\D", "", written)
    before = match.string[max(0, match.start() - BEFORE) : match.start()]
    if BOOK.search(before) or FRACTION.fullmatch(written):
        return False
    if written.startswith(("+", "(+")):
        return _is_international(digits)
    if written.startswith("00"):
        return _is_international(digits[2:])
    if DATES.search(written) or POST.search(before) or _is_counted(written):
        return False
    if AT_HOME.fullmatch(written):
        return FEWEST <= len(digits) <= MOST
    return SAID.search(before) is not None


def _is_international(digits: str) -> bool:
    if digits[0] == "0" or ROUND.search(digits) or not FEWEST <= len(digits) <= MOST:
        return False
    if digits.startswith("1"):
        return len(digits) == OF_COUNTRY_1_OR_7 and digits[1] not in "01"
    return not digits.startswith("7") or len(digits) == OF_COUNTRY_1_OR_7


def _is_counted(written: str) -> bool:
    """Say whether digits are all ten in their order, or two only."""
    return any(written in row for row in COUNTED) or set(written) <= set("01 ")
