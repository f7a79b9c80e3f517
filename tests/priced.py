"""Demo contestants with prices and sizes."""

from tiltyard.contestants.card import Contestant
from tiltyard.contestants.demo import demo_catalogue


def priced() -> list[Contestant]:
    """The demo contestants, each twice as dear as the one before."""
    return [
        card.model_copy(
            update={
                "price_input_usd_per_million": 2.0**number,
                "price_output_usd_per_million": 5.0 * 2.0**number,
                "billion_parameters": 7.0,
            }
        )
        for number, card in enumerate(demo_catalogue())
    ]
