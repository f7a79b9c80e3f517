"""The cards of the demo contestants."""

from datetime import date

from tiltyard.contestants.card import Contestant
from tiltyard.contestants.catalogue import Catalogue
from tiltyard.contestants.demo.voices import VOICES


def demo_catalogue() -> Catalogue:
    """Return the contestants that need no file and no key, each labelled as a demo."""
    cards = [
        Contestant(
            id=f"demo-{model}",
            name=voice.name,
            organisation="Tiltyard demo",
            licence="canned answers",
            adapter="demo",
            model=model,
            accepts=("text", "image"),  # they see nothing, but one can try what an arena does
            price_input_usd_per_million=voice.price,
            price_output_usd_per_million=4 * voice.price,
            released=date(2026, 11, 23),
        )
        for model, voice in VOICES.items()
    ]
    return Catalogue(tuple(cards), "the demo catalogue")
