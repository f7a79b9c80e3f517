"""Personal data in texts: what a person could be found, charged or impersonated by."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import NamedTuple

import polars as pl

from tiltyard.labels.checksums import is_card, is_iban, is_phone, is_public_address
from tiltyard.labels.labeller import Batch, ColumnType, Conversation, Label
from tiltyard.labels.names import find_names, names_version


class PersonalData(NamedTuple):
    """Where personal data stands in a text, and what it is."""

    kind: str
    start: int
    end: int


class _Kind(NamedTuple):
    """A kind of personal data: a pattern, what must hold of a match, and a quick sign of it."""

    name: str
    pattern: re.Pattern[str]
    holds: Callable[[str], bool]
    sign: str


def _always(_found: str) -> bool:
    return True


def _is_somebodys(address: str) -> bool:
    """Leave out the domains that are reserved for examples (RFC 2606)."""
    domain = address.rpartition("@")[2].casefold()
    reserved = ("example.com", "example.org", "example.net", "domain.com", "email.com")
    return not (domain in reserved or domain.endswith((".example", ".test", ".invalid")))


KEYS = (
    r"\bsk-(?:proj-|ant-[a-z0-9]+-)?[A-Za-z0-9_-]{20,}",
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    r"\bgh[pousr]_[A-Za-z0-9]{36,}",
    r"\bgithub_pat_[A-Za-z0-9_]{40,}",
    r"\bglpat-[A-Za-z0-9_-]{20,}",
    r"\bxox[abprs]-[A-Za-z0-9-]{20,}",
    r"\bAIza[0-9A-Za-z_-]{35}",
    r"\bhf_[A-Za-z0-9]{30,}",
    r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
    r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----",
)
KINDS = (
    _Kind(
        "email",
        re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.)+[^\W\d_]{2,24}(?![\w-])"),
        _is_somebodys,
        r"@(?-u:[\w-])+\.",
    ),
    _Kind(
        "iban",
        re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{2,4}){2,8}(?:[ -]?[A-Z0-9]{1,3})?\b"),
        is_iban,
        r"(?-u:\b[A-Z]{2}\d{2})[ -]?[A-Z0-9]{2}",
    ),
    _Kind(
        "card",
        re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])"),
        is_card,
        r"[0-9](?:[ -]?[0-9]){12}",
    ),
    _Kind(
        "phone",
        re.compile(r"(?<![\w.,/:=-])(?:\+|00|\(?0|\()?\(?\d(?:[ ./()-]{0,3}\d){6,14}(?![\w/=-])"),
        is_phone,
        r"(?:\+[0-9]|\(?0[0-9]|\([0-9]{3}\)|[0-9]{3}[-.][0-9]{3}[-.])[0-9 ./()-]{4,}[0-9]",
    ),
    _Kind(
        "ip",
        re.compile(r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:]+)(?![\w:.])"),
        is_public_address,
        r"(?:[0-9]{1,3}\.){3}[0-9]|[0-9a-fA-F]*:[0-9a-fA-F]*:[0-9a-fA-F]",
    ),
    _Kind(
        "api_key",
        re.compile("|".join(KEYS)),
        _always,
        "sk-|AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|xox|AIza|hf_|eyJ|PRIVATE KEY",
    ),
)
"""The sign is for the engine of polars, which reads many texts at once and knows no context."""


class PersonalDataLabeller:
    """Which kinds of personal data stand anywhere in a battle, in alphabetical order."""

    name = "personal_data"
    columns: Mapping[str, ColumnType] = MappingProxyType({"personal_data": pl.List(pl.String)})

    @property
    def version(self) -> str:
        """Another recogniser of names is another version."""
        return f"rules@1{names_version()}"

    def label(self, batch: Batch) -> list[Label]:
        """Look through what the person and both sides wrote."""
        texts = ["\n".join(_said(one)) for one in batch]
        found: list[set[str]] = [set() for _ in texts]
        column = pl.Series(texts, dtype=pl.String)
        for kind in KINDS:
            for row in column.str.contains(kind.sign).arg_true():
                if any(_holding(kind, texts[row])):
                    found[row].add(kind.name)
        for row, named in enumerate(find_names(texts)):
            if named:
                found[row].add("name")
        return [Label({"personal_data": sorted(kinds)}) for kinds in found]


def find_personal_data(text: str) -> list[PersonalData]:
    """Find personal data in a text: where it begins and ends, and its kind.

    Returns
    -------
    list of PersonalData
        In the order of the text; where two overlap, the earlier kind of `KINDS` stands.
    """
    by_rules = (
        PersonalData(kind.name, match.start(), match.end())
        for kind in KINDS
        for match in _holding(kind, text)
    )
    names = (PersonalData("name", *where) for where in find_names([text])[0])
    return _apart(chain(by_rules, names))


def _holding(kind: _Kind, text: str) -> Iterator[re.Match[str]]:
    return (match for match in kind.pattern.finditer(text) if kind.holds(match[0]))


def _apart(found: Iterator[PersonalData]) -> list[PersonalData]:
    kept: list[PersonalData] = []
    for one in found:
        if all(one.end <= other.start or other.end <= one.start for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)


def _said(one: Conversation) -> Sequence[str]:
    return (*one.asked, *one.answers_a, *one.answers_b)


def may_hold_personal_data(texts: pl.Series) -> pl.Series:
    """Say quickly in which texts `find_personal_data` may find something: in no others it does."""
    if names_version():  # a recogniser of names gives no quick sign
        return pl.repeat(True, texts.len(), dtype=pl.Boolean, eager=True)
    return texts.str.contains("|".join(f"(?:{kind.sign})" for kind in KINDS)).fill_null(value=False)
