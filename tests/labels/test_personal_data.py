import json
import re
from pathlib import Path
from time import process_time

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiltyard.labels.checksums import is_card
from tiltyard.labels.labeller import Batch, Conversation
from tiltyard.labels.personal_data import (
    PersonalData,
    PersonalDataLabeller,
    find_personal_data,
    may_hold_personal_data,
)

SET = Path(__file__).parent / "sets" / "personal_data.jsonl"
MARKED = re.compile("\u27e6(\\w+)\\|(.*?)\u27e7", re.DOTALL)
"""What is personal in a text of the set: its kind and its words."""
KEY = (
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAabcdefgh\nab=\n-----END RSA PRIVATE KEY-----"
)


def marked(line: str) -> tuple[str, set[PersonalData]]:
    """Take the marks out of a text of the set."""
    text, wanted, end = "", set(), 0
    told = json.loads(line)["text"]
    for mark in MARKED.finditer(told):
        text += told[end : mark.start()]
        wanted.add(PersonalData(mark[1], len(text), len(text) + len(mark[2])))
        text += mark[2]
        end = mark.end()
    return text + told[end:], wanted


def test_precision_and_recall_on_texts_that_were_marked_by_hand() -> None:
    """The figures of docs/reference/labels.md; worse than these is a defect."""
    marks = [marked(line) for line in SET.read_text(encoding="utf-8").splitlines()]
    right = sum(len(wanted & {*find_personal_data(text)}) for text, wanted in marks)
    found = sum(len(find_personal_data(text)) for text, _ in marks)
    there = sum(len(wanted) for _, wanted in marks)
    assert (right, found, there) == (136, 136, 136)


SAID = [marked(line)[0] for line in SET.read_text(encoding="utf-8").splitlines()]
SIGNS = " .:-+()@/=\n\u200b\u00a0\u2013\u0661\uff15\u96fb017aEx"
BETWEEN = st.text(st.sampled_from(SIGNS), max_size=4)


@given(st.lists(st.tuples(st.sampled_from(SAID), BETWEEN, st.floats(0, 1)), min_size=1, max_size=3))
def test_where_no_sign_is_nothing_is_found(pieces: list[tuple[str, str, float]]) -> None:
    text = "".join(put_in(*piece) for piece in pieces)
    there = find_personal_data(text)
    assert may_hold_personal_data(pl.Series([text]))[0] or not there
    (label,) = PersonalDataLabeller().label(Batch([Conversation((text,))]))
    assert {*label.value["personal_data"]} >= {one.kind for one in there}


def put_in(text: str, other: str, where: float) -> str:
    """Put something in the place of a character or before it."""
    place = round(where * len(text))
    return text[:place] + other + text[place + len(other) % 2 :]


def found(text: str) -> list[tuple[str, str]]:
    return [(one.kind, text[one.start : one.end]) for one in find_personal_data(text)]


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("email", "max.müller+news@web-post.de"),
        ("phone", "+49 171 1234567"),
        ("phone", "(212) 664-7665"),
        ("phone", "01 23 45 67 89"),
        ("phone", "030 901820"),
        ("iban", "DE89 3704 0044 0532 0130 00"),
        ("iban", "NL91ABNA0417164300"),
        ("card", "4539 1488 0343 6467"),
        ("card", "378282246310005"),
        ("ip", "93.184.216.34"),
        ("ip", "2001:4860:4860::8888"),
        ("api_key", "sk-proj-abcdefghijklmnopqrstuvwx"),
        ("api_key", "AKIAABCDEFGHIJKLMNOP"),
        ("api_key", "-----BEGIN RSA PRIVATE KEY-----"),
        ("email", "a.b@corp\u200b-x.org"),
        ("card", "4111\u20601111\u00ad1111\u200b1111"),
    ],
)
def test_what_belongs_to_a_person_is_found_where_it_stands(kind: str, written: str) -> None:
    text = f"Please note {written}, and answer today."
    assert found(text) == [(kind, written)]
    (label,) = PersonalDataLabeller().label(Batch([Conversation((), ("nothing",), (text,))]))
    assert label.value == {"personal_data": [kind]}


@pytest.mark.parametrize(
    "harmless",
    [
        "me@example.com",  # reserved for examples
        "DE89 3704 0044 0532 0130 01",  # the checksum is wrong
        "4539 1488 0343 6468",  # this one too
        "192.168.0.1 and 127.0.0.1 and ::1",  # nobody's machine
        "1.2.3 and 300.1.2.3 and 12:30:00",
        "2024-05-17, 17.05.2024 and 1,234,567.89",
        "3.14159265358979 and 1000000000",
        "ISBN 978-3-16-148410-0",
        "std::vector and a@b and f(x)=x[1:2]",
        "sk-short and AKIA",
    ],
)
def test_what_looks_alike_is_not(harmless: str) -> None:
    assert found(f"Look at {harmless} please") == []


def test_each_kind_is_named_once_in_alphabetical_order() -> None:
    talk = Conversation(("a@b.org and c@d.org",), ("+44 20 7946 0018",))
    (label,) = PersonalDataLabeller().label(Batch([talk]))
    assert label.value == {"personal_data": ["email", "phone"]}


@pytest.mark.parametrize(
    "kept",
    ["", " It is over.", "\n-----BEGIN PUBLIC KEY-----\nMII", "\n-----BEGIN CERTIFICATE-----"],
)
def test_a_private_key_goes_to_its_end_or_as_far_as_it_is_there(kept: str) -> None:
    assert found(f"Mine: {KEY}{kept}") == [("api_key", KEY)]
    cut = KEY.partition("\n-----END")[0]
    assert found(f"Mine: {cut}") == [("api_key", cut)]


@pytest.mark.parametrize(
    "told",
    [
        "password: hunter2secret9X",
        "password: S3cr3tPassw0rd!",
        "PASSWORD=Tr0ub4dor&3xyzQ9",
        'password = "correct-horse-battery-91"',
    ],
)
def test_a_password_goes_whole_and_its_name_stays(told: str) -> None:
    _, _, value = re.split("(: |=| = )", told, maxsplit=1)
    assert found(f"Note: {told}\nAnd so on.") == [("password", value.strip('"'))]


def test_what_an_invisible_sign_parts_is_found_beside_it() -> None:
    text = "no\u200bann@web.org\u200b, card 4111 1111 1111 1111\u200b22"
    assert [one.kind for one in find_personal_data(text)] == ["email", "card"]


def test_what_overlaps_goes_as_one() -> None:
    (one,) = find_personal_data(f"{KEY[:50]}\nann@web.org, 93.184.216.34\n{KEY[50:]}")
    assert (one.kind, one.start) == ("api_key", 0)


def test_many_beginnings_of_keys_are_read_in_one_pass() -> None:
    begins = "-----BEGIN PRIVATE KEY-----\n" * 20_000
    assert len(find_personal_data(begins)) == 20_000


@given(st.text(max_size=200))
def test_stretches_lie_in_the_text_and_apart(text: str) -> None:
    ends = [0]
    for one in find_personal_data(text):
        assert ends[-1] <= one.start < one.end <= len(text)
        ends.append(one.end)


@given(st.integers(0, 9), st.integers(0, 15))
def test_a_card_with_one_wrong_digit_is_none(digit: int, place: int) -> None:
    card = "4539148803436467"
    wrong = f"{card[:place]}{digit}{card[place + 1 :]}"
    assert is_card(wrong) == (wrong == card)


UNITS = ["sk-", "eyJ-", ":", "1.", "1 ", "a@", "GPT ", "password:", "pwd \u200b"]
UNITS += [f"pwd={'input' * 30}z1 "]


@pytest.mark.parametrize("unit", UNITS)
def test_a_text_that_is_made_to_be_slow_takes_as_long_as_it_is(unit: str) -> None:
    def seconds(characters: int) -> float:
        text = unit * (characters // len(unit))
        began = process_time()
        find_personal_data(text)
        return process_time() - began

    short = min(seconds(20_000) for _ in range(3))
    long = min(seconds(160_000) for _ in range(2))
    assert long < 24 * max(short, 0.01), "eight times the text would take 64 times as long"
