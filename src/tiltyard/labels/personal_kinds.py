"""The kinds of personal data: the forms each is written in, what must hold of it, and its signs.

Texts are folded (:mod:`tiltyard.labels.folding`) before they are read. Signs are for the engine of
polars, which reads many texts at once and knows no context: where one is not, the kind is not.
"""

import re
from collections.abc import Callable
from itertools import groupby
from typing import NamedTuple

import polars as pl

from tiltyard.labels import passwords, phones, secret_keys
from tiltyard.labels.checksums import IBAN_LENGTHS, is_card, is_iban, is_public_address
from tiltyard.labels.folding import BEGINS, ENDS


class Kind(NamedTuple):
    """A kind of personal data.

    Attributes
    ----------
    name
        What it is.
    pattern
        Its forms; where a named group has matched, that is the personal part.
    holds
        Whether a match is one.
    signs
        Patterns of the `regex` crate that every text with such a match has, the quickest first.
    """

    name: str
    pattern: re.Pattern[str]
    holds: Callable[[re.Match[str]], bool]
    signs: tuple[str, ...]


LOCAL_PART = rf"{BEGINS}[^\W_][\w.+%'-]{{0,63}}"
LABEL = r"[\w-]{1,63}"
TOP = rf"(?:xn--[\w-]{{2,59}}|[^\W\d_]{{2,24}}){ENDS}"
AT, DOT = r" ?[(\[](?:at|AT)[)\]] ?", r"(?:\.| ?[(\[](?:dot|DOT)[)\]] ?)"
EMAIL = re.compile(
    rf"{LOCAL_PART}@(?:{LABEL}\.){{1,8}}{TOP}|{LOCAL_PART}{AT}(?:{LABEL}{DOT}){{1,8}}{TOP}"
)
EXAMPLES = re.compile(
    r"(?:^|[@.])(?:example\.(?:com|org|net)|[^@]*\.(?:example|test|invalid|localhost))$"
)
"""Domains that are reserved for examples (RFC 2606)."""
NO_MAIL = re.compile(r"^git@|@[0-9]+x\.(?:png|jpe?g|gif|webp|svg)$")
"""Where source code is, and pictures for fine displays."""


def _is_somebodys(match: re.Match[str]) -> bool:
    address = match[0].casefold()
    return not (EXAMPLES.search(address) or NO_MAIL.search(address))


def _ibans() -> str:
    """Write down the form of each length; the lengths end where the next word begins."""
    by_length = sorted((length, country) for country, length in IBAN_LENGTHS.items())
    return "|".join(
        rf"(?:{'|'.join(country for _, country in same)})[0-9]{{2}}"
        rf"(?:[ -]?[A-Z0-9]){{{length - 4}}}"
        for length, same in groupby(by_length, key=lambda one: one[0])
    )


GROUPS = ((4, 4, 4, 4), (4, 6, 5), (4, 6, 4))
GROUPED = "|".join(
    gap.join(f"[0-9]{{{count}}}" for count in counts) for counts in GROUPS for gap in " -"
)
CARD = (
    rf"(?=[0-9]){BEGINS}(?<![\W\d_]\.)(?<!^\.)(?<![0-9][,-])"
    rf"(?:{GROUPED}|[0-9]{{13,19}}){ENDS}(?![.,-]?[0-9])"
)
IPV4 = rf"[0-9]{{1,3}}(?:\.[0-9]{{1,3}}){{3}}{ENDS}(?!\.[0-9]|-\w)"
IPV6 = r"(?ai:[23][0-9a-f]{3}(?::[0-9a-f]{0,4}){2,7})(?![:\w])"
ADDRESS = rf"(?=[0-9]){BEGINS}(?<!\w[./])(?<!::)(?:(?<![0-9a-fA-F]:)|(?<=[vV]6:))(?:{IPV4}|{IPV6})"


VERSION = re.compile(r"(?i:version|v8|up(?:grad|dat)\w*|releas\w*|oid|identifier)\W.{0,12}$")
"""Words before numbers that have four parts for another reason."""
BEFORE = 30


def _is_machine(match: re.Match[str]) -> bool:
    before = match.string[max(0, match.start() - BEFORE) : match.start()]
    return VERSION.search(before) is None and is_public_address(match[0])


def _of_text(holds: Callable[[str], bool]) -> Callable[[re.Match[str]], bool]:
    return lambda match: holds(match[0])


KINDS = (
    Kind("api_key", secret_keys.SECRET_KEY, secret_keys.is_secret, (secret_keys.SIGN,)),
    Kind("password", passwords.PASSWORD, passwords.is_password, (passwords.WORDS,)),
    Kind("email", EMAIL, _is_somebodys, (r"@[^.\s]+\.|\(at|\(AT|\[at|\[AT",)),
    Kind(
        "iban",
        re.compile(rf"(?ai:(?=[A-Z]{{2}}[0-9]){BEGINS}(?:{_ibans()}){ENDS})"),
        _of_text(is_iban),
        ("[0-9]{2}(?:[ -]?[A-Za-z0-9]){11}", "[A-Za-z]{2}[0-9]{2}(?:[ -]?[A-Za-z0-9]){11}"),
    ),
    Kind("card", re.compile(CARD), _of_text(is_card), ("[0-9](?:[ -]?[0-9]){12}",)),
    Kind("phone", phones.PHONE, phones.is_phone, (phones.SIGN,)),
    Kind(
        "ip",
        re.compile(ADDRESS),
        _is_machine,
        (r"(?:[0-9]{1,3}\.){3}[0-9]|[23][0-9a-fA-F]{3}:[0-9a-fA-F]{0,4}:",),
    ),
)


def signed(folded: pl.Series, kind: Kind) -> pl.Series:
    """Find the numbers of the texts in which a kind may be: in no others it is."""
    rows = folded.str.contains(kind.signs[0]).arg_true()
    for sign in kind.signs[1:]:
        rows = rows.filter(folded.gather(rows).str.contains(sign))
    return rows
