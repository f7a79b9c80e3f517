from typing import Any

import pytest

from opened import served_model
from tiltyard.contestants.adapter import Finished
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.prices import cost_usd, is_at_home

pytestmark = pytest.mark.anyio
OPENAI = "https://api.openai.com/v1"
USED = Finished(input_tokens=1000, output_tokens=500)


def card(model: str, base_url: str | None = OPENAI, **more: Any) -> Contestant:  # noqa: ANN401
    return served_model(model, OPENAI).model_copy(update=more | {"base_url": base_url})


async def test_the_cards_own_prices_win() -> None:
    own: dict[str, Any] = {"price_input_usd_per_million": 3.0, "price_output_usd_per_million": 15.0}
    assert await cost_usd(card("gpt-5-mini", **own), USED) == pytest.approx(0.0105)
    free: dict[str, Any] = {"price_input_usd_per_million": 0.0, "price_output_usd_per_million": 0.0}
    assert await cost_usd(card("gpt-5-mini", **free), USED) == 0


@pytest.mark.parametrize(
    ("adapter", "base_url", "model"),
    [
        ("openai_chat", OPENAI, "gpt-5-mini"),
        ("openai_responses", None, "gpt-5-mini"),
        ("anthropic_messages", None, "claude-sonnet-4-5"),
        ("gemini", None, "gemini-2.5-flash"),
        ("any_llm", None, "mistral:mistral-small-latest"),
        ("any_llm", None, "gemini:gemini-2.5-flash"),
    ],
)
async def test_known_models_at_their_providers_have_listed_prices(
    adapter: str, base_url: str | None, model: str
) -> None:
    listed = card(model, adapter=adapter, base_url=base_url)
    cost = await cost_usd(listed, USED)
    assert cost is not None
    assert 0 < cost < 0.1
    assert await cost_usd(listed, Finished(input_tokens=2000, output_tokens=1000)) == (
        pytest.approx(2 * cost)
    )


async def test_cached_tokens_have_their_own_price() -> None:
    cached = Finished(input_tokens=1000, output_tokens=500, cache_read_tokens=1000)
    full = await cost_usd(card("gpt-5-mini"), USED)
    less = await cost_usd(card("gpt-5-mini"), cached)
    assert full is not None
    assert less is not None
    assert less < full


@pytest.mark.parametrize(
    ("asked", "used"),
    [
        (card("gpt-5-mini", "http://127.0.0.1:8000/v1"), USED),
        (card("no-such-model"), USED),
        (card("gpt-5-mini", price_input_usd_per_million=None), Finished()),
        (card("gpt-5-mini"), Finished(input_tokens=1000)),
        (card("gpt-5-mini"), Finished(output_tokens=1000)),
        (card("gpt-5-mini"), Finished(input_tokens=2**60, output_tokens=1)),
        (card("gpt-5-mini"), Finished(input_tokens=1, output_tokens=1, cache_read_tokens=9)),
    ],
)
async def test_what_is_not_known_is_not_guessed(asked: Contestant, used: Finished) -> None:
    assert await cost_usd(asked, used) is None


@pytest.mark.parametrize(
    ("address", "home"),
    [
        ("http://127.0.0.1:8000/v1", True),
        ("http://[::1]:8000", True),
        ("http://10.1.2.3/v1", True),
        ("http://localhost:11434/v1", True),
        ("http://gpu.lab.internal/v1", True),
        ("https://api.openai.com/v1", False),
        ("https://8.8.8.8/v1", False),
        ("", False),
    ],
)
def test_models_at_home_are_on_no_price_list(address: str, home: bool) -> None:  # noqa: FBT001
    assert is_at_home(address) is home
