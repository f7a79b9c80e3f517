"""The adapters in use: one of each kind, made when a contestant first needs it."""

import os
from collections.abc import Mapping

from tiltyard.contestants.adapter import Adapter
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.demo import Demo
from tiltyard.contestants.endpoints import Endpoints


class Adapters:
    """Find the adapter that makes a contestant answer.

    Parameters
    ----------
    environment
        Where keys are looked up at the moment an answer is made; the process's own by default.
    pace
        Multiplies the delays of demo contestants; 0 makes them answer at once.
    """

    def __init__(self, *, environment: Mapping[str, str] | None = None, pace: float = 1.0) -> None:
        self.endpoints = Endpoints()
        self._environment = os.environ if environment is None else environment
        self._pace = pace
        self._made: dict[str, Adapter] = {}

    def of(self, contestant: Contestant) -> Adapter:
        """Return the adapter of this contestant, the same one for all of its kind."""
        if contestant.adapter not in self._made:
            self._made[contestant.adapter] = self._make(contestant)
        return self._made[contestant.adapter]

    async def close(self) -> None:
        """Release every connection; adapters are made afresh if asked for again."""
        made, self._made = self._made, {}
        for adapter in made.values():
            await adapter.close()

    def _make(self, contestant: Contestant) -> Adapter:
        if contestant.adapter == "demo":
            return Demo(pace=self._pace)
        if contestant.adapter == "any_llm":
            from tiltyard.contestants.any_llm import AnyLLM  # noqa: PLC0415 - see below

            return AnyLLM(self._environment, endpoints=self.endpoints)
        # Here, so that an arena of demo contestants starts without loading an HTTP client.
        from tiltyard.contestants.wires import wire_adapter  # noqa: PLC0415 - see above

        return wire_adapter(contestant.adapter, self._environment, self.endpoints)
