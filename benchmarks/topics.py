"""Find what prompts are about, in tables of growing size."""

import resource
import subprocess
import sys
from time import process_time

import numpy as np
import polars as pl

SIZES = (10_000, 100_000, 1_000_000)
VOCABULARY, SUBJECTS, WORDS = 30_000, 40, 14
NOTE = (
    f"CPU seconds over all threads and peak memory, each in a process of its own. Prompts of "
    f"{WORDS} words from a Zipf vocabulary of {VOCABULARY:,}, half of them from the vocabulary of "
    f"one of {SUBJECTS} subjects; two prompts a person. `right` is the share whose topic "
    "is mostly of their subject."
)


def draw(prompts: int) -> tuple[pl.DataFrame, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Draw prompts, and say what each is about."""
    random = np.random.default_rng(0)
    words = np.array([_word(number) for number in range(VOCABULARY)])
    subject = random.integers(SUBJECTS, size=prompts)
    anything = np.minimum(random.zipf(1.3, (prompts, WORDS // 2)), VOCABULARY) - 1
    special = (
        VOCABULARY // 2 + subject[:, None] * 60 + random.integers(60, size=(prompts, WORDS // 2))
    )
    texts = [" ".join(row) for row in words[np.hstack([anything, special])]]
    voters = [f"v{number // 2}" for number in range(prompts)]
    frame = pl.DataFrame({"prompt": texts, "voter": voters, "language": "en"})
    return frame, subject


def _word(number: int) -> str:
    letters = []
    for _ in range(4):
        number, letter = divmod(number, 26)
        letters.append(chr(97 + letter))
    return "".join(letters) + "q"


def measure(prompts: int) -> str:
    """Measure one size, and write its row."""
    from tiltyard.prompts.topics import find_topics  # noqa: PLC0415  # not in the time

    frame, subject = draw(prompts)
    began = process_time()
    found = find_topics(frame, groups=SUBJECTS)
    spent = process_time() - began
    table = pl.DataFrame({"topic": found.assigned, "subject": subject}).filter(pl.col("topic") >= 0)
    most = table.group_by("topic", "subject").len().group_by("topic").agg(pl.col("len").max())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    right = int(most["len"].sum()) / prompts
    return f"| {prompts:,} | {spent:.1f} s | {peak:.0f} MB | {len(found.topics)} | {right:.0%} |"


def report() -> str:
    """Measure every size and write the table."""
    rows = [
        subprocess.run(
            [sys.executable, __file__, str(size)], capture_output=True, text=True, check=True
        ).stdout.strip()
        for size in SIZES
    ]
    head = ["| prompts | CPU | peak memory | topics | right |", "|---|---|---|---|---|"]
    return "\n".join(["# Finding topics", "", NOTE, "", *head, *rows]) + "\n"


if __name__ == "__main__":
    print(measure(int(sys.argv[1])) if sys.argv[1:] else report(), end="")
