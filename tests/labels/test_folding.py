from hypothesis import given
from hypothesis import strategies as st

from tiltyard.labels.folding import all_folded, folded

EXOTIC = st.characters(categories=["Nd", "Zs", "Pd", "Lo", "Ll", "Sm"])


@given(st.text(EXOTIC | st.characters()))
def test_every_place_stays_the_same(text: str) -> None:
    plain = folded(text)
    assert len(plain) == len(text)
    assert folded(plain) == plain
    assert all(new == old for new, old in zip(plain, text, strict=True) if old.isascii())


@given(st.lists(st.text(EXOTIC), max_size=4))
def test_many_are_folded_as_each_alone(texts: list[str]) -> None:
    assert all_folded(texts) == [folded(text) for text in texts]


def test_digits_spaces_and_dashes_of_all_scripts_are_those_of_ascii() -> None:
    assert folded("\u0663\u096a\uff15\u00a0\u202f\u2011\u2212\uff20") == "345  --@"
