"""Can a classifier tell contestants by the rhythm of their words? Not with pacing."""

import asyncio
import json
import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import numpy as np
import numpy.typing as npt
import pytest
from aiohttp import web

from loopback import on_loopback
from opened import served_model
from serving import API, ask, serving, vote, voter
from tiltyard.arena.definition import ArenaDefinition, Pacing, built_in_definition

CONTESTANTS = 20
PEOPLE = 40
BATTLES = 4
"""Of each person: every contestant is heard sixteen times."""
FEW_BATTLES = 2
"""As many as it takes to be found out without pacing."""
ANSWER = "word " * 120
PACING = Pacing(chars_per_s=240, step_s=2.0)
Features = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Rhythm:
    """How a provider speaks: seconds to its first word, characters a second, and a piece."""

    first_s: float
    speed: float
    piece: int

    @classmethod
    def of(cls, number: int) -> "Rhythm":
        draw = random.Random(number)
        speed = 400 * 5 ** draw.random()
        return cls(draw.uniform(0.05, 0.7), speed, draw.randint(4, 80))


async def speak(request: web.Request) -> web.StreamResponse:
    """Answer in the rhythm of the model that is asked for."""
    rhythm = Rhythm.of(int((await request.json())["model"].rpartition("-")[2]))
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    await asyncio.sleep(rhythm.first_s)
    for start in range(0, len(ANSWER), rhythm.piece):
        delta = {"content": ANSWER[start : start + rhythm.piece]}
        chunk = {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
        await response.write(f"data: {json.dumps(chunk)}\n\n".encode())
        await asyncio.sleep(rhythm.piece / rhythm.speed)
    await response.write(b"data: [DONE]\n\n")
    return response


@asynccontextmanager
async def provider() -> AsyncGenerator[str]:
    app = web.Application()
    app.router.add_post("/v1/chat/completions", speak)
    async with on_loopback(app) as address:
        yield f"{address}/v1"


async def listen(session: aiohttp.ClientSession, battle: str) -> dict[str, list[tuple[float, int]]]:
    """Note when each frame of each side came, and how long it was."""
    clock = asyncio.get_running_loop().time
    heard: dict[str, list[tuple[float, int]]] = {"a": [], "b": []}
    asked = clock()
    async with session.get(f"{API}/battles/{battle}/events") as response:
        kind = ""
        async for line in response.content:
            words = line.decode().strip()
            if words.startswith("event:"):
                kind = words.removeprefix("event:").strip()
            elif words.startswith("data:") and kind == "frame":
                frame = json.loads(words.removeprefix("data:"))
                heard[frame["side"]].append((clock() - asked, len(frame["text"])))
    return heard


def features(frames: list[tuple[float, int]]) -> list[float]:
    """First-token time, the sizes of frames and the gaps between them."""
    times, sizes = (np.array(column, np.float64) for column in zip(*frames, strict=True))
    gaps = np.diff(times) if times.size > 1 else np.zeros(1)
    inner = sizes[:-1] if sizes.size > 1 else sizes
    spread = (inner.mean(), inner.std(), np.median(inner), gaps.mean(), gaps.std(), gaps.max())
    return [float(times[0]), *map(float, spread)]


async def fight(base: str) -> list[tuple[int, list[float]]]:
    """Hold one battle, listen to it, vote, and learn who it was."""
    async with voter(base) as session:
        battle = (await ask(session))["id"]
        heard = await listen(session, battle)
        async with await vote(session, battle) as response:
            reveal = (await response.json())["reveal"]
    return [(int(reveal[side]["id"].rpartition("-")[2]), features(heard[side])) for side in heard]


async def fights(base: str, battles: int) -> list[tuple[int, list[float]]]:
    """Hold one battle after another."""
    return [pair for _ in range(battles) for pair in await fight(base)]


async def gather(base: str, battles: int) -> tuple[npt.NDArray[np.int64], Features]:
    heard = await asyncio.gather(*(fights(base, battles) for _ in range(PEOPLE)))
    names, rows = zip(*(pair for seen in heard for pair in seen), strict=True)
    return np.array(names), np.array(rows)


def accuracy(names: npt.NDArray[np.int64], rows: Features) -> float:
    """Share of sides that their nearest neighbours among all others name rightly."""
    scale = rows.std(axis=0)
    scaled = rows / np.where(scale > 0, scale, 1.0)
    distance = np.linalg.norm(scaled[:, None] - scaled[None], axis=2)
    np.fill_diagonal(distance, np.inf)
    nearest = names[np.argsort(distance, axis=1)[:, :5]]
    guess = np.array([np.bincount(row, minlength=CONTESTANTS).argmax() for row in nearest])
    return float((guess == names).mean())


async def measured(data: Path, pacing: Pacing | None, battles: int) -> float:
    definition: ArenaDefinition = built_in_definition("text").model_copy(update={"pacing": pacing})
    async with provider() as address:
        cards = [
            served_model(f"rhythm-{n}", address, id_=f"contestant-{n}") for n in range(CONTESTANTS)
        ]
        async with serving(data, *cards, definition=definition) as base:
            return accuracy(*await gather(base, battles))


@pytest.mark.anyio
async def test_rhythm_names_contestants_without_pacing_and_not_with_it(tmp_path: Path) -> None:
    chance = 1 / CONTESTANTS
    bare = await measured(tmp_path / "bare", None, FEW_BATTLES)
    paced = await measured(tmp_path / "paced", PACING, BATTLES)
    assert bare > 5 * chance
    assert paced <= 2 * chance
