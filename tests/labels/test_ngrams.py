from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from tiltyard.labels.ngrams import READ_CHARS, hashed_ngrams

WRITTEN = st.text(max_size=60)


def counted(text: str) -> dict[str, int]:
    """The same n-grams by hand: runs within the padded text, words, and pairs of them."""
    padded = f" {text.lower().replace(chr(0), ' ')} "
    runs = [
        f"{width}:{padded[start : start + width]}"
        for width in (2, 3, 4, 5)
        for start in range(len(padded) - width + 1)
    ]
    spans, start = [], None
    for place, sign in enumerate(padded):
        if sign.isalnum() and start is None:
            start = place
        elif not sign.isalnum() and start is not None:
            spans.append((start, place))
            start = None
    words = [f"word:{padded[first:last]}" for first, last in spans]
    pairs = pairwise(spans)
    both = [f"pair:{padded[first[0] : second[1]]}" for first, second in pairs]
    found: dict[str, int] = {}
    for gram in (*runs, *words, *both):
        found[gram] = found.get(gram, 0) + 1
    return found


def differences(one: sparse.csr_array, other: sparse.csr_array) -> int:
    return int(abs(one - other).count_nonzero())


@given(WRITTEN)
def test_every_run_word_and_pair_of_words_is_counted(text: str) -> None:
    counts = np.expm1(hashed_ngrams([text], bits=30).data)
    assert sorted(np.round(counts).astype(int)) == sorted(counted(text).values())


@given(st.lists(WRITTEN, min_size=1, max_size=5))
def test_a_text_has_the_same_vector_alone_and_among_others(texts: list[str]) -> None:
    together = hashed_ngrams(texts)
    for row, text in enumerate(texts):
        assert differences(together[[row]], hashed_ngrams([text])) == 0


def test_case_does_not_matter_and_what_stands_far_behind_is_not_read() -> None:
    begun = "Say it. " * (READ_CHARS // 8)
    loud, long = hashed_ngrams([begun.upper()]), hashed_ngrams([begun + "and more"])
    assert differences(loud, long) == 0


def test_no_texts_give_no_rows() -> None:
    assert hashed_ngrams([]).shape == (0, 2**18)
    assert hashed_ngrams(["", "\0"]).shape == (2, 2**18)


def test_halves_of_surrogate_pairs_are_read_as_they_are() -> None:
    assert hashed_ngrams(["half \ud83d a pair"]).nnz > 0
