"""Pictures in messages, in a real browser before a real server."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from browser.battle_page import BattlePage
from browser.test_accessibility import violations
from model_server import ModelServer
from pictures import moving, picture
from tiltyard_process import running

CARD = """
[[contestant]]
id = "{id}"
name = "{id}"
organisation = "Test works"
licence = "none"
adapter = "openai_chat"
model = "plain:{id}"
base_url = "{base_url}"
accepts = ["text", "image"]
"""

DROP = """([zone, kind, name, packed]) => {
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name, { type: "image/png" }));
  const target = document.querySelector(zone);
  const carried = { dataTransfer: transfer, clipboardData: transfer };
  const options = { bubbles: true, cancelable: true, ...carried };
  const Made = kind === "paste" ? ClipboardEvent : DragEvent;
  if (kind === "drop") target.dispatchEvent(new DragEvent("dragover", options));
  target.dispatchEvent(new Made(kind, options));
}"""


def file(name: str, data: bytes, kind: str = "image/png") -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": data}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, model_server: ModelServer) -> Iterator[str]:
    data = tmp_path_factory.mktemp("vision")
    contestants: Path = data / "contestants.toml"
    cards = (CARD.format(id=id_, base_url=model_server.base_url) for id_ in ("ada", "bob"))
    contestants.write_text("".join(cards))
    options = ("--data", data, "--contestants", contestants)
    with running("serve", *options, TILTYARD_ARENAS="text,vision") as server:
        yield server.base


@pytest.fixture(params=[(1440, 900), (390, 844)], ids=["desktop", "phone"])
def battle(request: pytest.FixtureRequest, page: Page, served: str) -> BattlePage:
    width, height = request.param
    page.set_viewport_size({"width": width, "height": height})
    return BattlePage(page, served).open("/arenas/vision")


def tiles(battle: BattlePage) -> Locator:
    return battle.page.locator(".attachment img")


def attach(battle: BattlePage, *files: FilePayload) -> None:
    with battle.page.expect_file_chooser() as chooser:
        battle.page.get_by_role("button", name="Add images").click()
    chooser.value.set_files(list(files))


def test_ask_about_pictures_that_were_chosen(battle: BattlePage) -> None:
    attach(battle, file("one.png", picture()), file("two.jpg", picture("JPEG"), "image/jpeg"))
    expect(tiles(battle)).to_have_count(2)
    battle.page.get_by_role("button", name="Remove image 1: one.png").click()
    expect(tiles(battle)).to_have_count(1)
    battle.ask("What colours are these?")
    shown = battle.page.get_by_role("img", name="Image 1, 60 by 40 pixels")
    expect(shown).to_be_visible()
    assert shown.evaluate("(image) => image.naturalWidth") == 60
    expect(battle.battle).to_have_attribute("data-state", "votable")
    attach(battle, file("three.png", picture(size=(30, 20))))
    expect(tiles(battle)).to_have_count(1)
    battle.page.get_by_role("button", name="Send").click()
    expect(battle.page.get_by_role("img", name="Image 1, 30 by 20 pixels")).to_be_visible()
    expect(tiles(battle)).to_have_count(0)
    expect(battle.battle).to_have_attribute("data-state", "votable")
    assert battle.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    battle.page.reload()
    expect(shown).to_be_visible()


@pytest.mark.parametrize("size", [(200, 1500), (1500, 200)])
def test_a_long_picture_fits_its_tile(battle: BattlePage, size: tuple[int, int]) -> None:
    attach(battle, file("long.png", picture(size=size)))
    expect(tiles(battle)).to_have_count(1)
    tile = battle.page.locator(".attachment").bounding_box()
    shown = tiles(battle).bounding_box()
    assert tile is not None
    assert shown is not None
    assert tile["width"] == tile["height"] == 80
    assert shown["width"] == shown["height"] == 78  # without the tile's border


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_a_picture_is_pasted_or_dropped(battle: BattlePage, kind: str) -> None:
    expect(battle.question).to_be_visible()
    packed = base64.b64encode(picture()).decode()
    battle.page.evaluate(DROP, [".composer textarea", kind, f"{kind}.png", packed])
    expect(battle.page.get_by_role("img", name=f"Image 1: {kind}.png")).to_be_visible()
    battle.question.press("Enter")
    expect(battle.page.get_by_role("img", name="Image 1, 60 by 40 pixels")).to_be_visible()


def test_what_cannot_be_sent_is_said_plainly(battle: BattlePage) -> None:
    for bad, sentence in (
        (file("notes.pdf", b"%PDF-1.7", "application/pdf"), "notes.pdf: send a PNG"),
        (file("large.png", bytes(5_000_001)), "large.png: an image has at most 5 MB."),
        (file("gif.gif", moving("GIF"), "image/gif"), "gif.gif: The image is animated"),
        (file("broken.png", picture()[:40]), "broken.png: The image is damaged"),
    ):
        attach(battle, bad)
        expect(battle.page.get_by_text(sentence)).to_be_visible()
        expect(battle.page.locator(".attachment")).to_have_count(0)
    attach(battle, *(file(f"{n}.png", picture()) for n in range(5)))
    expect(battle.page.get_by_text("4.png: a message has at most 4 images.")).to_be_visible()
    expect(tiles(battle)).to_have_count(4)
    assert violations(battle.page) == []


def test_a_message_waits_until_its_pictures_have_arrived(battle: BattlePage) -> None:
    battle.page.route("**/api/v1/images?arena=vision", lambda _: None)  # never arrives
    attach(battle, file("slow.png", picture()))
    expect(battle.page.get_by_role("progressbar", name="Sending slow.png")).to_be_visible()
    battle.question.fill("What is this?")
    expect(battle.page.get_by_role("button", name="Send")).to_be_disabled()
    battle.page.get_by_role("button", name="Remove image 1: slow.png").click()
    expect(battle.page.get_by_role("button", name="Send")).to_be_enabled()


def test_an_arena_of_words_has_no_button_for_images(battle: BattlePage) -> None:
    battle.open("/")
    expect(battle.question).to_be_visible()
    expect(battle.page.get_by_role("button", name="Add images")).to_have_count(0)
    expect(battle.page.get_by_role("link", name="Vision")).to_be_visible()
