"""`contestants.toml`: what it may say, and the sentence for each mistake."""

from datetime import date
from pathlib import Path

import pytest

from tiltyard.contestants.card import Contestant, Status
from tiltyard.contestants.catalogue import Catalogue, CatalogueError, load_catalogue
from tiltyard.contestants.demo import demo_catalogue

ONE = """\
[[contestant]]
id = "gull-7b"
name = "Gull 7B"
organisation = "Shore Lab"
licence = "Apache-2.0"
adapter = "openai_chat"
model = "shore/gull-7b"
base_url = "https://api.shore.example/v1"
key_env = "SHORE_KEY"
"""
ANOTHER = """
# A model on this machine needs no key.
[[contestant]]
id = "tern-1b"
name = "Tern 1B"
organisation = "Shore Lab"
licence = "MIT"
adapter = "openai_chat"
model = "tern"
base_url = "http://127.0.0.1:11434/v1"
price_input_usd_per_million = 0
price_output_usd_per_million = 0.5
released = 2026-05-17
status = "retired"
alias = "Small bird"
"""
ENVIRONMENT = {"SHORE_KEY": "sk-secret"}


def write(folder: Path, text: str | bytes) -> Path:
    file = folder / "contestants.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def sentence(folder: Path, text: str | bytes) -> str:
    """Return the error of a catalogue, without the folder it stands in."""
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(write(folder, text), ENVIRONMENT)
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{folder}/")


def test_a_catalogue_is_read_in_the_order_of_its_file(tmp_path: Path) -> None:
    catalogue = load_catalogue(write(tmp_path, ONE + ANOTHER), ENVIRONMENT)
    assert [card.id for card in catalogue] == ["gull-7b", "tern-1b"]
    assert len(catalogue) == 2
    assert catalogue.get("tern-1b") == Contestant(
        id="tern-1b",
        name="Tern 1B",
        organisation="Shore Lab",
        licence="MIT",
        adapter="openai_chat",
        model="tern",
        base_url="http://127.0.0.1:11434/v1",
        price_input_usd_per_million=0,
        price_output_usd_per_million=0.5,
        released=date(2026, 5, 17),
        status=Status.RETIRED,
        alias="Small bird",
    )
    assert catalogue.get("nobody") is None


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_files_of_every_editor_are_read(tmp_path: Path, encoding: str, end: str) -> None:
    text = ONE.replace("Gull 7B", "Möwe 7B").replace("\n", end)
    catalogue = load_catalogue(write(tmp_path, text.encode(encoding)), ENVIRONMENT)
    assert catalogue.contestants[0].name == "Möwe 7B"


def test_public_contestants_and_previews_are_drawn_and_only_public_ones_named() -> None:
    cards = demo_catalogue().contestants[:4]
    statuses = [Status.DRAFT, Status.PREVIEW, Status.PUBLIC, Status.RETIRED]
    catalogue = Catalogue(
        tuple(
            card.model_copy(update={"status": status})
            for card, status in zip(cards, statuses, strict=True)
        ),
        "here",
    )
    assert [card.status for card in catalogue.drawable] == [Status.PREVIEW, Status.PUBLIC]
    assert [card.status for card in catalogue.public] == [Status.PUBLIC]


@pytest.mark.parametrize(
    ("count", "has"), [(0, "has no public contestant"), (1, "has only one public contestant")]
)
def test_an_arena_needs_two_to_draw_from(count: int, has: str) -> None:
    catalogue = Catalogue(demo_catalogue().contestants[:count], "contestants.toml")
    with pytest.raises(CatalogueError, match=f"^contestants.toml {has}, and a battle needs two; "):
        catalogue.require_pair()
    demo_catalogue().require_pair()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('id = "gull-7b"', "", ":1: this contestant has no id; add it, 1 to 80 of a-z"),
        ('id = "gull-7b"', 'id = "Gull 7B"', ":2: id must be 1 to 80 of a-z, 0-9 and . _ : -, "),
        ('name = "Gull 7B"', "name = 7", ":3: name must be a text of 1 to 80 characters, not 7."),
        ('name = "Gull 7B"', 'name = " "', ":3: name must be a text of 1 to 80 characters, not"),
        ("licence", "license", ":5: unknown key 'license'; did you mean licence?"),
        ("organisation", "zebra", ":4: unknown key 'zebra'; known are id, name, organisation, "),
        (
            '"openai_chat"',
            '"openai"',
            ':6: adapter must be "openai_chat" or "openai_responses" or "anthropic_messages" or ',
        ),
        ('base_url = "https', 'base_url = "ftp', ":8: base_url must be an address such as "),
        ('base_url = "https://api.shore.example/v1"', "", ":6: openai_chat needs base_url, an add"),
        ("key_env", "api_key", ":9: unknown key 'api_key'; keys never stand in this file: write"),
        ("key_env", 'released = "soon"\nkey_env', ":9: released must be a date such as 2026-11-23"),
        ("key_env", 'status = "open"\nkey_env', ':9: status must be "draft" or "preview" or "pub'),
        (
            "key_env",
            "price_input_usd_per_million = -1\nkey_env",
            ":9: price_input_usd_per_million must be a number of US dollars, 0 or more, not -1.",
        ),
        (
            "key_env",
            "price_input_usd_per_million = inf\nkey_env",
            ":9: price_input_usd_per_million must be a number of US dollars, 0 or more, not inf.",
        ),
        ('"SHORE_KEY"', '"NO_SUCH"', ":9: key_env names the environment variable NO_SUCH, which "),
        ('"Gull 7B"', '"Gull 7B', ":3: this is not valid TOML ("),
        ("[[contestant]]", "[contestant]", ":1: contestant must be a list of tables; write [[cont"),
        ("[[contestant]]", "[[contestants]]", ":1: unknown key 'contestants'; contestants stand"),
        ("[[contestant]]", "x = 1\n[[contestant]]", ":1: unknown key 'x'; contestants stand in [["),
        ('"openai_chat"', '"any_llm"', ":7: any_llm needs the provider before the model, such as "),
        ('"openai_chat"', '"demo"', ":7: the demo contestants are heron, wren, owl, robin, peac"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_key(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    assert sentence(tmp_path, ONE.replace(old, new, 1)).startswith(f"contestants.toml{says}")


def test_the_line_is_right_behind_comments_and_long_values(tmp_path: Path) -> None:
    text = ONE + ANOTHER.replace('"Tern 1B"', '"""\n[[contestant]]\nTern\n"""').replace(
        'status = "retired"', 'status = """\nopen"""'
    )
    assert sentence(tmp_path, text).startswith('contestants.toml:26: status must be "draft"')


def test_the_first_of_several_mistakes_is_named(tmp_path: Path) -> None:
    text = ONE.replace("Apache-2.0", "").replace("key_env", "kye_env")
    assert sentence(tmp_path, text).startswith("contestants.toml:5: licence must be")


def test_an_id_may_be_taken_once(tmp_path: Path) -> None:
    text = ONE + ANOTHER.replace("tern-1b", "gull-7b")
    assert sentence(tmp_path, text) == (
        "contestants.toml:13: id 'gull-7b' is taken by the contestant on line 2; give each "
        "contestant an id of its own."
    )


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "contestant = []\n"])
def test_a_file_without_contestants_is_refused(tmp_path: Path, text: str) -> None:
    assert sentence(tmp_path, text).startswith("contestants.toml has no [[contestant]] table")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    assert sentence(tmp_path, b"# fine\n# \xff\n").startswith("contestants.toml:2: this is not UTF")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"nowhere\.toml cannot be read: no such file"):
        load_catalogue(tmp_path / "nowhere.toml", {})
    with pytest.raises(CatalogueError, match="cannot be read: is a directory"):
        load_catalogue(tmp_path, {})


def test_those_who_do_not_answer_need_no_key(tmp_path: Path) -> None:
    for status in ("draft", "retired"):
        text = ONE + f'status = "{status}"\n'
        assert load_catalogue(write(tmp_path, text), {}).contestants[0].key_env == "SHORE_KEY"


@pytest.mark.parametrize(
    ("mode", "says"),
    [(None, "cannot be read"), (0o644, "has mode 644"), (0o600, "is not set or is not a key")],
)
def test_a_key_file_is_looked_at_before_the_start(
    tmp_path: Path, mode: int | None, says: str
) -> None:
    key = tmp_path / "key"
    if mode is not None:
        key.touch()
        key.chmod(mode)
    text = ONE.replace('key_env = "SHORE_KEY"', f'key_file = "{key}"')
    assert sentence(tmp_path, text).startswith("contestants.toml:9: the file that key_file names ")
    assert says in sentence(tmp_path, text)
    for status in ("draft", "retired"):
        load_catalogue(write(tmp_path, text + f'status = "{status}"\n'), {})


@pytest.mark.parametrize("place", ["key_env", "api_key", "base_url"])
def test_a_secret_written_into_the_file_is_not_repeated(tmp_path: Path, place: str) -> None:
    pasted = "sk_proj_0123456789abcdef"
    value = f"https://user:{pasted}@api.example/v1" if place == "base_url" else pasted
    kept = [line for line in ONE.splitlines() if not line.startswith(place)]
    text = "\n".join([*kept, f'{place} = "{value}"'])
    assert pasted not in sentence(tmp_path, text)


def test_a_catalogue_does_not_hold_keys(tmp_path: Path) -> None:
    catalogue = load_catalogue(write(tmp_path, ONE), ENVIRONMENT)
    assert "sk-secret" not in repr(catalogue)
    assert "sk-secret" not in catalogue.contestants[0].model_dump_json()


def test_a_changed_card_is_another_version() -> None:
    card = demo_catalogue().contestants[0]
    assert card.version == card.model_copy().version
    assert card.version != card.model_copy(update={"model": "owl"}).version


def test_a_preview_needs_an_alias(tmp_path: Path) -> None:
    text = ONE + 'status = "preview"\n'
    assert "a preview is shown under an alias: add alias" in sentence(tmp_path, text)
    assert load_catalogue(write(tmp_path, text + 'alias = "Mystery"\n'), ENVIRONMENT)


def test_two_aliases_that_people_would_take_for_one_are_refused(tmp_path: Path) -> None:
    two = ONE.replace('id = "gull-7b"', 'id = "gull-8b"')
    assert two != ONE
    text = ONE + 'alias = "Mystery"\n' + two + 'alias = "mystery!"\n'
    assert "see this contestant as 'alias-mystery', like the one on line" in sentence(
        tmp_path, text
    )


def test_the_example_at_the_root_is_a_catalogue() -> None:
    example = Path(__file__).parents[2] / "contestants.example.toml"
    load_catalogue(example, {"OPENAI_API_KEY": "sk-secret"}).require_pair()
