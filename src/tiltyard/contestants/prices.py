"""What an answer cost: the card's own prices, or the public price list of its provider.

Nothing is guessed. A provider that does not report its counts, an address that the list does not
know, a model without a price: the cost is not known.
"""

import asyncio
from decimal import Decimal
from ipaddress import ip_address
from urllib.parse import urlsplit

from tiltyard.contestants.adapter import Finished
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.embedding_model import EmbeddingModel

_LISTED_AS = {"xai": "x-ai", "gemini": "google", "vertexai": "google", "bedrock": "aws"}
"""What the list calls providers that any-llm calls otherwise."""
_MILLION = Decimal(1_000_000)
_MOST_TOKENS = 2**40
"""No answer has more; a provider that says so is not believed."""


async def cost_usd(contestant: Contestant, finished: Finished) -> float | None:
    """Return what an answer cost in US dollars, None when it is not known.

    The card's prices win, both of them together, and count every input token alike. Else it is
    the price list that comes with genai-prices, by the endpoint's address (or the
    provider that the card names) and the model's name, cached tokens at their own price.
    """
    counts = (finished.input_tokens, finished.output_tokens)
    if any(count is None or count > _MOST_TOKENS for count in counts):
        return None
    if _has_prices(contestant):
        return _by_card(contestant, finished)
    if is_at_home(contestant.address):
        return None  # without the list, which would take 24 MB to say so
    # In a thread: the list takes a second to load when it is first asked.
    return await asyncio.to_thread(_by_list, contestant, finished)


async def input_cost_usd(model: EmbeddingModel, tokens: int | None) -> float | None:
    """Return what it costs in US dollars to send tokens, None when it is not known.

    The price of the catalogue wins over the list's, as for answers.
    """
    if tokens is None or tokens > _MOST_TOKENS:
        return None
    if model.price_input_usd_per_million is not None:
        return float(Decimal(str(model.price_input_usd_per_million)) * tokens / _MILLION)
    if is_at_home(model.address):
        return None
    return await asyncio.to_thread(_input_by_list, model, tokens)


def is_at_home(address: str) -> bool:
    """Say whether an address leads to this machine or its own network, where nobody sells."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_private
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))


def _has_prices(contestant: Contestant) -> bool:
    prices = (contestant.price_input_usd_per_million, contestant.price_output_usd_per_million)
    return None not in prices


def _by_card(contestant: Contestant, finished: Finished) -> float:
    given = Decimal(str(contestant.price_input_usd_per_million)) * (finished.input_tokens or 0)
    made = Decimal(str(contestant.price_output_usd_per_million)) * (finished.output_tokens or 0)
    return float((given + made) / _MILLION)


def _by_list(contestant: Contestant, finished: Finished) -> float | None:
    from genai_prices import Usage, calc_price  # noqa: PLC0415 - only where a price is asked for

    usage = Usage(
        input_tokens=finished.input_tokens,
        output_tokens=finished.output_tokens,
        cache_read_tokens=finished.cache_read_tokens,
        cache_write_tokens=finished.cache_write_tokens,
    )
    try:
        if contestant.provider:
            provider = _LISTED_AS.get(contestant.provider, contestant.provider)
            price = calc_price(usage, contestant.model_name, provider_id=provider)
        else:
            price = calc_price(usage, contestant.model, provider_api_url=contestant.address)
    except (LookupError, ValueError):  # not on the list, or more of it cached than there is
        return None
    return float(price.total_price)


def _input_by_list(model: EmbeddingModel, tokens: int) -> float | None:
    from genai_prices import Usage, calc_price  # noqa: PLC0415 - only where a price is asked for

    try:
        usage = Usage(input_tokens=tokens, output_tokens=0)
        return float(calc_price(usage, model.model, provider_api_url=model.address).total_price)
    except (LookupError, ValueError):  # not on the list
        return None
