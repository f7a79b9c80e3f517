"""Exposure: what share of battles each organisation was to have, and what share it had."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from time import monotonic

from scipy.special import ndtr

from tiltyard.arena.pairing.apart import is_anonymous
from tiltyard.contestants.card import Contestant
from tiltyard.ledger import exposure, register
from tiltyard.ledger.engine import Ledger, SyncConnection
from tiltyard.ledger.exposure import Declared, Met
from tiltyard.ledger.settled import OPEN_FOR

ANONYMOUS = "Anonymous previews"
"""One line for all contestants under an alias, whoever's they are."""

BATCH = 20
"""Battles are added to the count in whole days that hold at least this many together.

And not before all of them are settled: the count must not tell anybody whom they are voting on.
"""
NEVER = datetime(1970, 1, 1, tzinfo=UTC)

FEWEST = 10.0
"""With fewer expected sides, or as few expected of the others, the normal test says nothing."""
LEVEL = 0.01
"""An honest draw shows anything unusual at any one look with this probability at most.

Every batch is another look at all battles so far, so who watches for long sees something sometimes.
"""
REST = 20.0
"""A reading is shown this many times as long as it took to make."""


@dataclass(frozen=True, slots=True)
class OrganisationExposure:
    """One organisation's part.

    Attributes
    ----------
    organisation
        Its name, or that of the line of all previews.
    declared, realised
        Shares of all sides; each adds up to 1 over the lines.
    sides, expected
        How many sides it had, and how many the declared shares make one expect.
    p_value
        How often an honest draw would have strayed further by now, two-sided; None with too few
        sides.
    unusual
        Whether that is too seldom, with as many lines as there are, for one look.
    """

    organisation: str
    declared: float
    realised: float
    sides: int
    expected: float
    p_value: float | None
    unusual: bool


@dataclass(frozen=True, slots=True)
class ExposureReport:
    """The exposure of one arena.

    Attributes
    ----------
    until
        Battles opened before this are counted; None before the first batch.
    battles
        Drawn battles with recorded shares: what everything else is about.
    undeclared
        Drawn battles from before shares were recorded.
    policies
        Battles by policy.
    organisations
        By declared share, the largest first.
    """

    arena: str
    until: datetime | None
    battles: int
    undeclared: int
    policies: Mapping[str, int]
    organisations: Sequence[OrganisationExposure]
    counted_at: datetime


def counted_until(days: Sequence[tuple[date, int]], now: datetime) -> datetime:
    """Say up to when battles are counted, so that no count tells of a battle being voted on.

    Days are gathered, from the first, until they hold a batch together; a batch counts when its
    last day has been over for so long that nobody votes in it any more. Nothing but days decides,
    so the count stays honest.

    Parameters
    ----------
    days
        How many battles each day had.
    now
        The present, in UTC.
    """
    until, waiting = NEVER, 0
    for day, battles in sorted(days):
        end = datetime.combine(day, time(), tzinfo=UTC) + timedelta(days=1)
        if end + OPEN_FOR > now:
            break
        waiting += battles
        if waiting >= BATCH:
            until, waiting = end, 0
    return until


def compare_exposure(
    declared: Sequence[Declared], met: Sequence[Met], organisation: Mapping[str, str]
) -> list[OrganisationExposure]:
    """Hold what was drawn against what was declared.

    In one battle an organisation has X = 0, 1 or 2 sides, with mean s, the sum of its contestants'
    shares, and variance s + 2q - s², q the probability that both sides are its own. Given the
    shares of their moment, battles are draws of their own, so X minus s adds up to a martingale
    and its sum over the root of the summed variances is about normal. q is not recorded; the sum
    of the q is estimated by the number of such battles.

    Parameters
    ----------
    declared, met
        What was recorded and what was drawn, of the same battles.
    organisation
        Which line each contestant belongs to.
    """
    expected, squared = _expected(declared, organisation)
    sides, within = _drawn(met, organisation)
    battles = sum(row.battles for row in met)
    lines = []
    for name in sorted(expected, key=lambda name: (-expected[name], name)):
        variance = expected[name] + 2 * within[name] - squared[name]
        few = min(expected[name], 2 * battles - expected[name]) < FEWEST
        p = None if few else _two_sided(sides[name] - expected[name], variance)
        lines.append(
            OrganisationExposure(
                organisation=name,
                declared=min(1.0, expected[name] / (2 * battles)),
                realised=sides[name] / (2 * battles),
                sides=sides[name],
                expected=expected[name],
                p_value=p,
                unusual=p is not None and p * len(expected) < LEVEL,
            )
        )
    return lines


def _expected(
    declared: Sequence[Declared], organisation: Mapping[str, str]
) -> tuple[dict[str, float], dict[str, float]]:
    """Add up the sides to expect of each line, and its squared shares, over all battles."""
    expected: dict[str, float] = defaultdict(float)
    squared: dict[str, float] = defaultdict(float)
    for row in declared:
        shares: dict[str, float] = defaultdict(float)
        for contestant, share in row.shares.items():
            shares[organisation[contestant]] += share
        for name, share in shares.items():
            expected[name] += row.battles * share
            squared[name] += row.battles * share**2
    return expected, squared


def _drawn(
    met: Sequence[Met], organisation: Mapping[str, str]
) -> tuple[Counter[str], Counter[str]]:
    """Count the sides of each line, and the battles in which both were its own."""
    sides, within = Counter[str](), Counter[str]()
    for one, other, battles in met:
        for contestant in (one, other):
            sides[organisation[contestant]] += battles
        if organisation[one] == organisation[other]:
            within[organisation[one]] += battles
    return sides, within


def _two_sided(stray: float, variance: float) -> float | None:
    if variance < 1e-6:  # noqa: PLR2004  # every battle was certain, but for rounding
        return None
    return float(2 * ndtr(-abs(stray) / variance**0.5))


class Exposure:
    """Reads the exposure of one arena from the ledger, and keeps what it read for a while.

    Parameters
    ----------
    ledger, arena
        Whose battles.
    fresh_s
        How long a report is shown at least before the next is made, in seconds.
    """

    def __init__(self, ledger: Ledger, arena: str, *, fresh_s: float = 10.0) -> None:
        self._ledger = ledger
        self._arena = arena
        self._fresh_s = fresh_s
        self._report: ExposureReport | None = None
        self._until = 0.0
        self._one_at_a_time = asyncio.Lock()

    async def report(self) -> ExposureReport:
        """Give the exposure as it was counted a moment ago."""
        async with self._one_at_a_time:
            if self._report is None or monotonic() > self._until:
                began = monotonic()
                self._report = await self._count()
                took = monotonic() - began
                self._until = monotonic() + max(self._fresh_s, REST * took)
            return self._report

    async def _count(self) -> ExposureReport:
        async with self._ledger.reading() as connection:
            cards = await register.read_cards(connection)
        known = {id_: line_of(Contestant.model_validate(card)) for id_, card in cards.items()}
        lines = defaultdict(lambda: ANONYMOUS, known)  # whom nobody recorded, nobody names
        now = datetime.now(UTC)

        def read(connection: SyncConnection) -> ExposureReport:
            until = counted_until(exposure.count_by_day(connection, self._arena), now)
            declared = exposure.read_declared(connection, self._arena, until=until)
            met = exposure.read_met(connection, self._arena, until=until)
            undeclared = exposure.count_undeclared(connection, self._arena)
            policies = Counter[str]()
            for row in declared:
                policies[row.policy] += row.battles
            return ExposureReport(
                arena=self._arena,
                until=None if until == NEVER else until,
                battles=sum(policies.values()),
                undeclared=undeclared,
                policies=dict(policies),
                organisations=compare_exposure(declared, met, lines),
                counted_at=now,
            )

        return await self._ledger.in_thread(read)


def line_of(card: Contestant) -> str:
    """Say in which line of the page a contestant is counted."""
    return ANONYMOUS if is_anonymous(card) else card.organisation
