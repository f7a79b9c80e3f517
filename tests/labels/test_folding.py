from hypothesis import given
from hypothesis import strategies as st

from tiltyard.labels.folding import all_folded, foldings

EXOTIC = st.characters(categories=["Nd", "Zs", "Pd", "Lo", "Ll", "Sm", "Cf"])


@given(st.text(EXOTIC | st.characters()))
def test_every_place_stays_the_same(text: str) -> None:
    plain = foldings(text)[0].text
    assert len(plain) == len(text)
    assert foldings(plain)[0].text == plain
    assert all(new == old for new, old in zip(plain, text, strict=True) if old.isascii())


@given(st.lists(st.text(EXOTIC), max_size=4))
def test_many_are_folded_as_each_alone(texts: list[str]) -> None:
    alone = ["\n".join(folding.text for folding in foldings(text)) for text in texts]
    assert all_folded(texts) == alone


def test_digits_spaces_and_dashes_of_all_scripts_are_those_of_ascii() -> None:
    (folding,) = foldings("\u0663\u096a\uff15\u00a0\u202f\u2011\u2212\uff20")
    assert folding.text == "345  --@"


def test_what_is_invisible_is_left_out_the_second_time_and_every_place_known() -> None:
    text = "\ufeffa\u200b\u200db\u00ad\uff11\u2060"
    as_it_is, shown = foldings(text)
    assert as_it_is.text == text.replace("\uff11", "1")
    assert shown.text == "ab1"
    assert [text[slice(*shown.span(at, at + 1))] for at in range(3)] == ["a", "b", "\uff11"]
    assert text[slice(*shown.span(0, 2))] == "a\u200b\u200db"
