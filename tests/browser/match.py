"""One battle of the stand-in server: what was said, and the events that told it."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

REVEAL: Json = {
    "a": {
        "id": "heron",
        "name": "Heron",
        "organisation": "Example Works",
        "licence": "Apache-2.0",
        "demo": True,
        "url": "/api/v1/models/heron",
    },
    "b": {
        "id": "kestrel-2",
        "name": "Kestrel 2",
        "organisation": "Hedge Lab",
        "licence": "MIT",
        "demo": True,
        "url": "/api/v1/models/kestrel-2",
    },
}


@dataclass(slots=True)
class Match:
    """A battle whose sides say what the test tells them to; lives in the server's event loop."""

    identity: str
    max_turns: int = 10
    mode: str = "battle"
    vote_per: str = "battle"
    sides: tuple[str, ...] = ("a", "b")
    continues: str | None = None
    given_up: bool = False
    turns: list[Json] = field(default_factory=list)
    log: list[tuple[str, Json]] = field(default_factory=list)
    before_run: int = 0
    state: str = "answering"
    outcome: str | None = None
    revealed_at: int | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)
    cut: int = 0

    def view(self) -> Json:
        """Give the body of `GET /battles/{id}`."""
        return {
            "id": self.identity,
            "arena": "text",
            "mode": self.mode,
            "state": self.state,
            "created_at": "2026-11-23T12:00:00Z",
            "sides": list(self.sides),
            "turn": len(self.turns),
            "turns_left": self.max_turns - len(self.turns),
            "turns": self.turns,
            "continues": self.continues,
            "vote_per": self.vote_per,
            "vote": None if self.outcome is None else {"outcome": self.outcome},
            "reveal": None if self.is_hidden else self.reveal,
        }

    @property
    def is_hidden(self) -> bool:
        """Whether the names must not be told yet."""
        return self.mode == "battle" and self.revealed_at is None

    @property
    def reveal(self) -> Json:
        """Who stands on the sides."""
        return {side: REVEAL[side] for side in self.sides}

    def ask(self, message: Json) -> None:
        """Begin a turn."""
        fresh = {"state": "streaming", "attempt": 1, "text": ""}
        turn = {
            "number": len(self.turns) + 1,
            "message": message,
            "responses": {side: dict(fresh) for side in self.sides},
            "blind": self.is_hidden,
            "vote": None,
        }
        self.turns.append(turn)
        self._begin_run()

    def response(self, side: str) -> Json:
        """Give the current response of a side."""
        response: Json = self.turns[-1]["responses"][side]
        return response

    def say(self, side: str, text: str) -> None:
        """Let a side say more."""
        response = self.response(side)
        self._tell(
            "frame",
            side=side,
            attempt=response["attempt"],
            offset=len(response["text"]),
            text=text,
        )
        response["text"] += text

    def finish(self, side: str, state: str = "done") -> None:
        """Let a side end; with the other one ended too, so does the turn."""
        self.response(side)["state"] = state
        self._tell("side_done", side=side, state=state)
        states = [self.response(each)["state"] for each in self.sides]
        if "streaming" in states:
            return
        self.state = "broken" if "failed" in states else self._state_when_answered()
        self._tell("turn_done", state=self.state)

    def fail(self, side: str, sentence: str) -> None:
        """Let a side fail with the neutral sentence."""
        self.response(side)["problem"] = sentence
        self._tell("problem", side=side, message=sentence, retry=True)
        self.finish(side, "failed")

    def stop(self) -> None:
        """Stop what is still being said."""
        for side in self.sides:
            if self.response(side)["state"] == "streaming":
                self.finish(side, "stopped")

    def retry(self) -> None:
        """Give every failed response a new attempt."""
        for side in self.sides:
            response = self.response(side)
            if response["state"] == "failed":
                attempt = response["attempt"] + 1
                self.turns[-1]["responses"][side] = {
                    "state": "streaming",
                    "attempt": attempt,
                    "text": "",
                }
        self._begin_run()

    def vote(self, outcome: str, *, reveal: bool = True) -> None:
        """Count the first vote of a turn, and no other."""
        self.turns[-1]["vote"] = self.turns[-1]["vote"] or {"outcome": outcome}
        self.outcome = self.turns[-1]["vote"]["outcome"]
        if reveal:
            self.revealed_at = self.revealed_at or len(self.turns)
        self.state = "voted" if reveal or self.mode != "battle" else "turn_voted"

    def give_up(self) -> None:
        """Reveal without a vote."""
        self.revealed_at, self.given_up, self.state = len(self.turns), True, "given_up"

    def _state_when_answered(self) -> str:
        if self.mode == "direct":
            return "open"
        if self.revealed_at is not None:
            return "given_up" if self.given_up else "voted"
        return "votable"

    def drop_streams(self) -> None:
        """Break every open stream, as a failing network would."""
        self.cut += 1
        self.news.set()

    async def events(self, after: int) -> AsyncIterator[str]:
        """Tell this run of the turn as server-sent events, from the one after `after` on."""
        cut, position = self.cut, max(after, self.before_run)
        yield "retry: 20\n\n"
        while self.cut == cut:
            self.news.clear()
            for event, data in self.log[position:]:
                position += 1
                yield f"id: {position}\nevent: {event}\ndata: {json.dumps(data)}\n\n"
                if event == "turn_done":
                    return
            await self.news.wait()

    def _begin_run(self) -> None:
        self.before_run = len(self.log)
        self.state = "answering"

    def _tell(self, event: str, **data: object) -> None:
        self.log.append((event, {"turn": len(self.turns), **data}))
        self.news.set()
