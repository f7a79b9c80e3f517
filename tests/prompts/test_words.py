import polars as pl

from tiltyard.prompts.words import stop_words, words_of


def words(text: str) -> set[str]:
    return set(words_of(pl.Series([text]))["word"])


def test_words_are_runs_of_letters_in_lower_case_each_once() -> None:
    assert words("Sort SORT numbers-2024, naïve Ćevapi!") == {"sort", "numbers", "naïve", "ćevapi"}


def test_words_that_mean_nothing_are_none_in_any_language() -> None:
    assert words("please write me the poem") == {"poem"}
    assert words("bitte schreibe mir einen Brief") == {"brief"}
    assert {"the", "und", "les", "что", "من"} <= stop_words()


def test_scripts_without_spaces_give_pairs_of_neighbours() -> None:
    assert words("排序算法") == {"排序", "序算", "算法"}
    assert words("python排序 code") == {"python", "排序", "code"}
    assert words("ภาษา") == {"ภา", "าษ", "ษา"}
    assert words("俳句を書いてください") == {"俳句"}  # what hiragana adds is grammar
    assert words("プログラムとデータ") == {"プログラム", "データ"}


def test_scripts_with_marks_keep_their_words_whole() -> None:
    assert words("नमस्ते दुनिया") == {"नमस्ते", "दुनिया"}
    assert words("שלום עולם") == {"שלום", "עולם"}


def test_every_prompt_has_its_own_rows_and_none_has_none() -> None:
    found = words_of(pl.Series(["apple pear", None, "", "pear"], dtype=pl.String))
    assert found.rows() == [(0, "apple"), (0, "pear"), (3, "pear")]
