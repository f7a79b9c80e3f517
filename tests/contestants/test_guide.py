"""The cards in the guide are cards, as they stand there."""

import re
from pathlib import Path

from tiltyard.contestants.catalogue import load_catalogue
from tiltyard.contestants.wires import WIRES

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "add_a_model.md"


def test_the_cards_of_the_guide_can_be_used(tmp_path: Path) -> None:
    file = tmp_path / "contestants.toml"
    cards = re.findall(r"```toml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    key = tmp_path / "key"
    key.write_text("a key")
    key.chmod(0o600)
    text = "\n".join(cards).replace("/run/secrets/estuary", str(key))
    file.write_text(text, encoding="utf-8")
    catalogue = load_catalogue(file, {"SHORE_KEY": "a key", "MISTRAL_API_KEY": "another"})
    assert len(catalogue) == len(cards)
    catalogue.require_pair()


def test_the_guide_names_every_wire_and_its_address() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    for wire in WIRES:
        assert f"| `{wire}` |" in guide
