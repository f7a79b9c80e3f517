"""The demo contestants: what they say, and that they always say the same."""

import re
from collections import Counter
from itertools import combinations, product

import pytest
from markdown_it import MarkdownIt

from tiltyard.contestants.adapter import Finished, Piece, Reasoning, Text
from tiltyard.contestants.card import DEMO_MODELS, Contestant
from tiltyard.contestants.demo import (
    Demo,
    SuggestedPrompt,
    answer_grade,
    demo_catalogue,
    demo_quality,
    plain_answer,
    suggested_prompts,
)
from tiltyard.contestants.demo.adapter import schedule
from tiltyard.contestants.demo.phrases import phrases
from tiltyard.contestants.demo.prepared import Quality, prepared_for
from tiltyard.contestants.demo.unprepared import language_of
from tiltyard.contestants.demo.voices import VOICES
from tiltyard.contestants.messages import text_message

CARDS = {card.model: card for card in demo_catalogue()}
PROMPTS = suggested_prompts()
UNPREPARED = {
    "en": "What is the best name for my cat?",
    "de": "Wie heißt die Hauptstadt von Australien und was ist dort zu sehen?",
    "fr": "Quelle est la capitale de l'Australie et que faire dans cette ville ?",
    "es": "¿Cuál es la capital de Australia y qué hay que ver?",
    "ja": "オーストラリアの首都はどこですか",
    "zh": "澳大利亚的首都是哪里",
    "ar": "ما هي عاصمة أستراليا؟",
    "hi": "ऑस्ट्रेलिया की राजधानी क्या है?",
}
SEEDS = range(6)


def by_id(prompt: SuggestedPrompt) -> str:
    return prompt.id


def visible_text(markdown: str) -> str:
    """Return what Markdown leaves as text, without code and formulas."""
    bare = re.sub(r"\$\$.*?\$\$|\$[^$\n]+\$", "", markdown, flags=re.DOTALL)
    inline = (token for token in MarkdownIt().parse(bare) if token.type == "inline")
    return "".join(
        child.content for token in inline for child in token.children or () if child.type == "text"
    )


async def pieces(card: Contestant, prompt: str, seed: int) -> list[Piece]:
    conversation = (text_message("user", prompt),)
    return [
        piece async for piece in Demo(pace=0).answer(card, conversation, seed=seed, connect_s=10)
    ]


def test_the_demos_are_eight_and_labelled() -> None:
    catalogue = demo_catalogue()
    catalogue.require_pair()
    assert len(catalogue) == 8
    assert tuple(VOICES) == DEMO_MODELS
    for card in catalogue:
        assert card.demo
        assert card.id.startswith("demo-")
        assert card.organisation == "Tiltyard demo"


def test_there_are_prompts_of_many_languages_and_kinds() -> None:
    assert len({prompt.text for prompt in PROMPTS}) == len(PROMPTS) >= 32
    assert len({prompt.language for prompt in PROMPTS}) >= 6
    assert {prompt.kind for prompt in PROMPTS} == {
        *("coding", "maths", "writing", "explanation", "planning", "translation", "advice"),
        *("data", "logic"),
    }
    assert all(prompt.id.startswith(prompt.language) for prompt in PROMPTS)
    assert {prompt.language for prompt in PROMPTS} == set(phrases())


@pytest.mark.parametrize("prompt", PROMPTS, ids=by_id)
def test_each_prompt_has_four_different_answers(prompt: SuggestedPrompt) -> None:
    prepared = prepared_for(prompt.text)
    assert prepared is not None
    assert len(set(prepared.answers.values())) == len(Quality)
    assert prepared.thought


@pytest.mark.parametrize("prompt", PROMPTS, ids=by_id)
def test_code_in_the_answers_is_code(prompt: SuggestedPrompt) -> None:
    prepared = prepared_for(prompt.text)
    assert prepared is not None
    for answer in prepared.answers.values():
        for program in re.findall(r"```python\n(.*?)```", answer, re.DOTALL):
            compile(program, prompt.id, "exec")


@pytest.mark.parametrize("prompt", PROMPTS, ids=by_id)
def test_no_two_contestants_give_the_same_answer(prompt: SuggestedPrompt) -> None:
    for seed in SEEDS:
        answers = [plain_answer(card, prompt.text, seed) for card in CARDS.values()]
        assert all(answers)
        assert len(set(answers)) == len(CARDS)


@pytest.mark.parametrize("model", DEMO_MODELS)
def test_answers_are_sound_markdown(model: str) -> None:
    texts = [prompt.text for prompt in PROMPTS] + list(UNPREPARED.values())
    for text, seed in product(texts, SEEDS):
        answer = plain_answer(CARDS[model], text, seed)
        assert len(re.findall(r"^```", answer, re.MULTILINE)) % 2 == 0
        assert answer.count("$$") % 2 == 0
        assert "**" not in visible_text(answer)


def test_an_answer_names_nobody() -> None:
    """A name in the text would end the blindness of the battle."""
    for card, prompt, seed in product(CARDS.values(), PROMPTS, SEEDS):
        words = re.findall(r"\w+", plain_answer(card, prompt.text, seed).casefold())
        assert card.name.casefold() not in words


@pytest.mark.parametrize("language", UNPREPARED)
def test_other_prompts_are_answered_honestly_in_their_language(language: str) -> None:
    prompt = UNPREPARED[language]
    assert language_of(prompt) == language
    says = phrases()[language]
    answers = {plain_answer(card, prompt, 1) for card in CARDS.values()}
    assert len(answers) == len(CARDS)
    for answer in answers:
        assert says.canned[:12] in answer.replace("**", "")
        assert "```python\n" in answer
        assert f"{{{min(len(prompt), 60)}}}" in answer
        assert "$$" in answer


@pytest.mark.parametrize(
    "prompt", ["", " ", "?", "```\n$$\n|x|\n" * 9, '"\\', "\N{GRINNING FACE}", "x" * 100_000]
)
def test_any_prompt_is_answered(prompt: str) -> None:
    for card, seed in product(CARDS.values(), SEEDS):
        answer = plain_answer(card, prompt, seed)
        assert 10 < len(answer) < 4_000
        fences = 2 if prompt.strip() else 0  # without a word there is nothing to count
        assert len(re.findall(r"^```", answer, re.MULTILINE)) == fences


def test_spacing_case_and_the_question_mark_do_not_matter() -> None:
    prompt = next(prompt for prompt in PROMPTS if prompt.text.endswith("?"))
    typed = f"  {prompt.text.upper().rstrip('?')}\n"
    assert prepared_for(typed) == prepared_for(prompt.text)


def test_the_seed_decides_which_answer_is_given() -> None:
    prompt = PROMPTS[0].text
    answers = Counter(plain_answer(CARDS["robin"], prompt, seed) for seed in range(200))
    assert len(answers) >= 4
    assert max(answers.values()) < 150


def test_answers_stay_the_same_for_ever() -> None:
    """Example votes are made from these answers, so that they may not change unnoticed."""
    prompt = "A bat and a ball cost $1.10 together. The bat costs $1 more than the ball. "
    prompt += "How much is the ball?"
    assert [answer_grade(CARDS[model], prompt, 7) for model in DEMO_MODELS] == pytest.approx(
        [0.94, 0.86, 0.41, 0.85, 0.4, 0.45, 0.87, 0.03]
    )


def test_strength_is_the_mean_of_the_grades() -> None:
    for card in CARDS.values():
        grades = [
            answer_grade(card, prompt.text, seed) for prompt, seed in product(PROMPTS, range(60))
        ]
        assert all(0 <= grade <= 1 for grade in grades)
        assert sum(grades) / len(grades) == pytest.approx(demo_quality(card), abs=0.03)


def test_strengths_are_far_enough_apart_to_see() -> None:
    strengths = [demo_quality(card) for card in CARDS.values()]
    assert max(strengths) - min(strengths) > 0.5
    assert min(abs(one - other) for one, other in combinations(strengths, 2)) > 0.005


@pytest.mark.anyio
@pytest.mark.parametrize("model", DEMO_MODELS)
async def test_what_is_streamed_is_the_answer(model: str) -> None:
    for prompt in (PROMPTS[0].text, UNPREPARED["en"]):
        heard = await pieces(CARDS[model], prompt, 3)
        assert heard == await pieces(CARDS[model], prompt, 3)
        assert "".join(piece.text for piece in heard if isinstance(piece, Text)) == plain_answer(
            CARDS[model], prompt, 3
        )
        assert [piece for piece in heard if isinstance(piece, Finished)] == heard[-1:]


@pytest.mark.anyio
async def test_one_of_them_thinks_first() -> None:
    thinkers = {
        model
        for model, card in CARDS.items()
        for piece in await pieces(card, PROMPTS[0].text, 1)
        if isinstance(piece, Reasoning)
    }
    assert thinkers == {"heron"}
    heard = await pieces(CARDS["heron"], PROMPTS[0].text, 1)
    assert isinstance(heard[0], Reasoning)


@pytest.mark.parametrize("model", DEMO_MODELS)
def test_nobody_keeps_a_person_waiting(model: str) -> None:
    for prompt, seed in product(PROMPTS, SEEDS):
        pauses = [(pause, piece) for pause, piece in schedule(CARDS[model], prompt.text, seed)]
        first = next(number for number, (_, piece) in enumerate(pauses) if isinstance(piece, Text))
        assert sum(pause for pause, _ in pauses[: first + 1]) <= 0.7
        assert sum(pause for pause, _ in pauses) <= 6


def test_they_differ_in_speed() -> None:
    rates = sorted(voice.speed for voice in VOICES.values())
    assert rates[-1] > 4 * rates[0]
