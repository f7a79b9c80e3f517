"""A release's dataset card, written from its manifest: the form that Hugging Face's hub reads."""

import json
from collections.abc import Iterator, Mapping

from tiltyard.battles.notes import counted
from tiltyard.releases.files import Format
from tiltyard.releases.manifest import VOTES, Manifest
from tiltyard.releases.training import FORMATS

CARD = "README.md"
SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
)
LARGEST = "10M<n<100M"
SHOWN = 20
CODE_LETTERS = (2, 3)
LIKE = {
    "arena-140k": "lmarena-ai/arena-human-preference-140k",
    "arena-100k": "lmarena-ai/arena-human-preference-100k",
    "arena-55k": "lmarena-ai/arena-human-preference-55k",
    "arena-33k": "lmsys/chatbot_arena_conversations",
    "comparia-2": "comparIA/comparia-fr-arena",
}


def dataset_card(manifest: Manifest, format_: Format) -> str:
    """Write the card: a head in YAML for the hub, then what people should know."""
    return "\n".join([*_head(manifest, format_), "", *_body(manifest)]) + "\n"


def _head(manifest: Manifest, format_: Format) -> Iterator[str]:
    # JSON strings are YAML strings, whatever is in them.
    yield from ("---", f"pretty_name: {json.dumps(manifest.title, ensure_ascii=False)}")
    yield f"license: {json.dumps(manifest.licence)}"
    if codes := [one for one in manifest.languages if _is_code(one)]:
        yield from ("language:", *(f"- {json.dumps(code)}" for code in sorted(codes)))
    size = next((name for most, name in SIZES if manifest.rows < most), LARGEST)
    yield from ("size_categories:", f"- {size}")
    yield from ("task_categories:", "- text-generation")
    yield from ("annotations_creators:", "- crowdsourced")
    yield from ("tags:", "- arena", "- human-feedback", "- preference", "- tiltyard")
    yield from ("configs:", "- config_name: default", "  data_files:", "  - split: train")
    yield f"    path: {VOTES}*.{format_}"
    yield "---"


def _body(manifest: Manifest) -> Iterator[str]:
    yield from (f"# {manifest.title}", "")
    votes = (
        f"{counted(manifest.votes, 'vote')} of {counted(manifest.voters, 'voter')} on "
        f"{counted(manifest.models, 'model')} in the arena `{manifest.arena}`, slice "
        f"`{manifest.slice}`"
    )
    training = FORMATS.get(manifest.schema)
    rows = f"{counted(manifest.rows, 'row')} of training data, made from " if training else ""
    yield (
        f"{rows}{votes}. Two contestants answered each question without their names; the person "
        "voted; then the names were revealed."
    )
    yield from ("", "| | |", "|---|---|", *_rows(manifest), "")
    yield from _table("Outcomes", "outcome", manifest.outcomes)
    yield from _table("Languages", "language", manifest.languages)
    yield from ("## What is not in it", "")
    yield from (f"- {counted(count, 'vote')}: {why}." for why, count in manifest.left_out.items())
    if not manifest.left_out:
        yield "Every vote of the slice is in it."
    yield from ("", "## What was done to texts", "")
    yield from (f"- {sentence}" for sentence in manifest.rules)
    yield from ("", *_removed(manifest), "", "## Consent", "")
    yield (
        "Everybody was told that battles are published, in words of these versions, and could opt "
        "out: "
        + ", ".join(f"{one} ({counted(n, 'vote')})" for one, n in manifest.consent.items())
        + "."
    )
    yield ""
    if training:
        yield from (
            "## Train with it",
            "",
            f"TRL's `{training.trainer}` reads the columns as they are.",
        )
    else:
        yield from ("## Rebuild a board of it", "", "```sh", f"tiltyard rank {VOTES}*", "```")


def _rows(manifest: Manifest) -> Iterator[str]:
    like = LIKE.get(manifest.schema)
    said = f"`{manifest.schema}`" + (f", that of {like}" if like else "")
    facts = {
        "release": f"`{manifest.name}`",
        "schema": said,
        "cast": f"{manifest.first_vote} to {manifest.last_vote}",
        "conditions": "; ".join(f"`{one}`" for one in manifest.conditions),
        "licence": manifest.licence,
        "prepared": f"{manifest.prepared_at} by Tiltyard {manifest.tiltyard}",
        "release before": f"`{manifest.previous}`" if manifest.previous else "none",
    }
    yield from (f"| {name} | {value} |" for name, value in facts.items())
    if manifest.previews:
        yield (
            f"| `anonymous` | {counted(manifest.previews, 'side')} of models that were not public "
            "when their battles were held |"
        )


def _table(title: str, column: str, counts: Mapping[str, int]) -> Iterator[str]:
    if not counts:
        return
    yield from (f"## {title}", "", f"| {column} | votes |", "|---|---|")
    shown = list(counts.items())[:SHOWN]
    yield from (f"| {name} | {count:,} |" for name, count in shown)
    if rest := sum(counts.values()) - sum(count for _, count in shown):
        yield f"| others | {rest:,} |"
    yield ""


def _removed(manifest: Manifest) -> Iterator[str]:
    if manifest.personal_data:
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in manifest.personal_data.items())
        yield f"Removed from {counted(manifest.touched, 'vote')}: {kinds}."
    else:
        yield "No personal data was recognised."
    yield (
        f"{counted(manifest.comments_withheld, 'comment')} and the words of "
        f"{counted(manifest.conversations_withheld, 'conversation')} were withheld, and the words "
        f"of {manifest.identities_withheld:,} in which a side that is not named says who it is. A "
        "recogniser misses some: who finds something personal, please tell the arena, and it is "
        "taken down."
    )


def _is_code(language: str) -> bool:
    return len(language) in CODE_LETTERS and language.isalpha()
