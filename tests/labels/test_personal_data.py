import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiltyard.labels.checksums import is_card
from tiltyard.labels.labeller import Batch, Conversation
from tiltyard.labels.personal_data import PersonalDataLabeller, find_personal_data


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
