"""What demo contestants say to a prompt nobody prepared: what they are, and a little counting."""

import json
import re
from collections import Counter

from tiltyard.contestants.demo.markdown import join
from tiltyard.contestants.demo.phrases import Phrases
from tiltyard.contestants.demo.prepared import Quality

_SAMPLE = 60  # characters of the prompt that are looked at: enough to count, short enough to show
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
)
_COMMON_WORDS = {
    "de": "der die das und ist nicht ein eine wie was ich mit für auf zu den bitte",
    "fr": "le la les des et est une un que pour dans qui je comment quoi du avec",
    "es": "el los las y es una un que para en cómo qué por con del mi cuál",
    "en": "the a an of and is to in that it how what for with why you me my",
}


def language_of(prompt: str) -> str:
    """Guess which of the demo's languages a prompt is in; English when nothing speaks against."""
    for language, script in _SCRIPTS:
        if script.search(prompt):
            return language
    words = Counter(re.findall(r"\w+", prompt.casefold()))
    scores = {
        language: sum(words[word] for word in common.split())
        for language, common in _COMMON_WORDS.items()
    }
    best = max(scores, key=lambda language: scores[language])
    return best if scores[best] > scores["en"] else "en"


def unprepared_answer(prompt: str, quality: Quality, phrases: Phrases) -> str:
    """Write an answer in Markdown with a formula and code about the prompt's first characters.

    A `WRONG` answer miscounts; the other qualities differ in how much they show.
    """
    sample = prompt.strip()[:_SAMPLE]
    if not sample:
        return phrases.canned
    length, distinct = len(sample), len(set(sample))
    if quality is Quality.WRONG:
        distinct += 3
    literal = json.dumps(sample, ensure_ascii=False)
    code = f"text = {literal}\nprint(len(set(text)), len(text))"
    parts = [
        phrases.canned,
        phrases.counted.format(length=length, distinct=distinct),
        rf"$$\frac{{{distinct}}}{{{length}}} \approx {distinct / max(length, 1):.2f}$$",
        *([] if quality is Quality.SHALLOW else [phrases.code]),
        f"```python\n{code}\n```",
    ]
    if quality is Quality.THOROUGH:
        parts += [phrases.table, _table(sample, phrases)]
    return join(parts)


def _table(sample: str, phrases: Phrases) -> str:
    rows = [
        f"| {_shown(character, phrases)} | {times} |"
        for character, times in Counter(sample).most_common(3)
    ]
    return "\n".join([f"| {phrases.character} | {phrases.times} |", "|---|---:|", *rows])


def _shown(character: str, phrases: Phrases) -> str:
    if character.isspace():
        return phrases.space
    return "\\" + character if re.match(r"[!-/:-@\[-`{-~]", character) else character
