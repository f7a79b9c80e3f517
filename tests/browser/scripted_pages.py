"""An arena for the pages, made of plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

from tiltyard.arena.exposure import ExposureReport, OrganisationExposure
from tiltyard.arena.public_register import RegisterEntry
from tiltyard.boards.errors import NotYetError, RecipeError
from tiltyard.boards.groups import Group, TooFewMembersError
from tiltyard.boards.own_boards import OwnAnswer
from tiltyard.boards.past.changes import changes_between
from tiltyard.boards.past.history import Comparison, course_of
from tiltyard.boards.records import Estimate, Standing
from tiltyard.boards.swapping import Prices, SliceSwap
from tiltyard.boards.tastes import OwnBoard, OwnStanding
from tiltyard.boards.value import Value, Valued
from tiltyard.contestants.face import Face
from tiltyard.errors import TiltyardError
from tiltyard.ledger.records import Snapshot
from tiltyard.web.measures import Measure
from tiltyard.web.model_profile import ModelFacts, ModelProfile, Place
from tiltyard.web.pages import ArenaFace, Site
from tiltyard.web.past import BoardPast
from tiltyard.web.swap import SwapAnswer
from tiltyard.web.value import ValueAnswer

MAX_CHARS = 2_000


def summary_of(board: Mapping[str, Any]) -> dict[str, Any]:
    """A board in the list of boards."""
    return {
        "arena": board["arena"],
        "slice": board["slice"],
        "name": board["slice"].replace("_", " ").capitalize(),
        "description": "",
        "within": None,
        "votes": board["votes"],
        "enough": True,
        "controls": [""],
        "unmade": {"style": "The style of both answers is not counted yet for any of its votes."},
    }


class NoSuchBoardError(TiltyardError):
    """The board that was asked for does not exist."""

    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such board"


@dataclass(frozen=True, slots=True)
class Prompt:
    """A suggested prompt."""

    text: str
    language: str
    kind: str


PROMPTS = (
    Prompt("Explain why the sky is blue to a curious ten-year-old.", "en", "explanation"),
    Prompt("Write a function that finds the longest run of equal numbers.", "en", "code"),
    Prompt("Écris une lettre polie pour décliner une invitation.", "fr", "writing"),
    Prompt("اكتب قصيدة قصيرة عن البحر في الليل", "ar", "poetry"),
    Prompt("Wie viele Primzahlen gibt es unter 100? Zeige den Weg.", "de", "math"),
    Prompt("Compare three ways to store a tree in a relational database.", "en", "design"),
    Prompt("俳句を三つ、季節を変えて書いてください。", "ja", "poetry"),
    Prompt("Plan a quiet weekend in a small town, without a car.", "en", "planning"),
    Prompt("Summarise the plot of Hamlet in five sentences.", "en", "summary"),
)


def model(
    name: str, rating: float | None, half_width: float = 0.0, **more: object
) -> dict[str, Any]:
    """Make one line of a board; without a rating, one that could not be rated."""
    rated = rating is not None
    line: dict[str, Any] = {
        "model": name.lower().replace(" ", "-"),
        "name": name,
        "organisation": "Example Works",
        "licence": "Apache-2.0",
        "demo": True,
        "rating": rating,
        "lower": rating - half_width if rating is not None else None,
        "upper": rating + half_width if rating is not None else None,
        "standard_error": half_width / 1.96 if rated else None,
        "rank": None,
        "rank_lower": None,
        "rank_upper": None,
        "battles": 320,
        "wins": 150,
        "losses": 120,
        "ties": 50,
    }
    return line | more


def board_of(*models: dict[str, Any], votes: int = 1234, example: int = 1200) -> dict[str, Any]:
    """Make a board in the form of docs/reference/http.md."""
    return {
        "arena": "text",
        "slice": "overall",
        "published_at": "2026-11-23T12:00:00Z",
        "votes": votes,
        "sources": {"arena": votes - example, "example": example},
        "models": list(models),
        "log_likelihood": -812.2,
        "coefficients": [],
        "diagnostics": [],
        "recipe": {},
        "data_sha256": "0" * 64,
        "version": "0.1.0",
    }


FULL_BOARD = board_of(
    model("Heron", 1143.2, 18.0, rank=1, rank_lower=1, rank_upper=1, battles=402, wins=280),
    model("Kestrel 2", 1101.7, 21.0, rank=2, rank_lower=2, rank_upper=3, licence="MIT"),
    model("Wren Large", 1084.0, 25.0, rank=2, rank_lower=2, rank_upper=3, organisation="Hedge Lab"),
    model("Siskin", 1012.4, 14.0, rank=4, rank_lower=4, rank_upper=5, battles=1288),
    model(
        "Bunting-with-a-rather-long-name-2026-11", 996.9, 22.0, rank=4, rank_lower=4, rank_upper=5
    ),
    model("Dunnock", 901.3, 30.0, rank=6, rank_lower=6, rank_upper=7, battles=96, wins=20),
    model("Rook", 861.0, 41.0, rank=6, rank_lower=6, rank_upper=7, battles=58, wins=9, losses=40),
    model("Crake", None, battles=3, wins=3, losses=0, ties=0),
) | {
    "diagnostics": [
        {
            "kind": "undefeated",
            "message": "Crake has not lost or tied a battle, so no rating is high enough for it.",
            "models": ["crake"],
        }
    ]
}

EMPTY_BOARD = board_of(votes=0, example=0)


EXPOSURE = ExposureReport(
    arena="text",
    until=datetime(2026, 11, 22, tzinfo=UTC),
    battles=12_345,
    undeclared=600,
    policies={"uniform@1+0a1b2c3d": 345, "weighted@1+4e5f6a7b": 12_000},
    organisations=[
        OrganisationExposure("Example Works", 0.61, 0.612, 15_110, 15_060.9, 0.44, unusual=False),
        OrganisationExposure("Hedge Lab", 0.389, 0.387, 9_555, 9_604.4, 0.0001, unusual=True),
        OrganisationExposure("Anonymous previews", 0.001, 0.001, 25, 24.7, None, unusual=False),
    ],
    counted_at=datetime(2026, 11, 23, 12, tzinfo=UTC),
)

KESTREL = Face(
    "kestrel", "Kestrel", "Example Works", "MIT", demo=True, url="/api/v1/models/kestrel"
)

REGISTER = [
    RegisterEntry(KESTREL, "retired", "Its <provider> left.", datetime(2026, 11, 23, tzinfo=UTC)),
    RegisterEntry(KESTREL, "public", "It is new.", datetime(2026, 11, 2, tzinfo=UTC)),
]

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def past_board(week: int) -> Snapshot:
    """The full board as it was some weeks before: less votes, and Siskin not yet rated once."""
    rows = [
        row
        | {"battles": row["battles"] - 10 * week}
        | ({"rating": None, "rank": None} if row["name"] == "Siskin" and week == 2 else {})
        | ({"rank": 2, "rating": 1101.0} if row["name"] == "Heron" and week else {})
        for row in FULL_BOARD["models"]
    ]
    board = FULL_BOARD | {"models": rows, "votes": FULL_BOARD["votes"] - 40 * week}
    return Snapshot("text", "overall", 9 - week, board, NOON - timedelta(weeks=week))


SNAPSHOTS = [past_board(week) for week in (4, 3, 2, 1, 0)]

PROFILE = ModelProfile(
    ModelFacts(
        replace(KESTREL, id="kestrel-2", name="Kestrel 2"),
        "retired",
        date(2026, 10, 1),
        0.25,
        1.5,
        7.2,
    ),
    tuple(REGISTER),
    (
        Place("text", "overall", "Overall", NOON, 1101.7, 1080.7, 1122.7, 2, 2, 3, 8, 320),
        Place("text", "code", "Code", NOON, None, None, None, None, None, None, 8, 3),
    ),
)

SWAP = SwapAnswer(
    "text",
    "rook",
    "heron",
    [
        SliceSwap(
            "overall",
            Estimate(0.83, 0.78, 0.87, 0.02),
            Estimate(282, 230, 330, 25),
            58,
            402,
            "better",
        ),
        SliceSwap("hard_prompts", None, None, 3, 40, "not_rated"),
        SliceSwap(
            "german",
            Estimate(0.55, 0.38, 0.71, 0.08),
            Estimate(35, -85, 155, 60),
            20,
            30,
            "cannot_tell",
        ),
    ],
    {"overall": "Overall", "hard_prompts": "Hard prompts", "german": "German"},
    Prices(0.5, 1.5),
    Prices(2.0, 6.0, 0.0031, 400),
    few={"german"},
)


UNMADE = {
    "german": "The style of both answers is not counted yet for any of its 30 votes.",
    "hard_prompts": "Its 43 votes do not yet tell style and models apart.",
}


def valued(place: int, price: float, residual: float, half: float, **more: object) -> Valued:
    row = FULL_BOARD["models"][place]
    kept = {name: value for name, value in row.items() if name in STANDING}
    distance = Estimate(residual, residual - half, residual + half, half / 1.96)
    given: dict[str, Any] = {"verdict": "as_predicted", "frontier": False, "surely_beaten_by": ()}
    expected = row["rating"] - residual
    return Valued(Standing(**kept), price, expected, distance, **(given | more))


STANDING = {field.name for field in fields(Standing)}
VALUE = ValueAnswer(
    "text",
    "overall",
    "price",
    "US dollars per million tokens",
    NOON,
    {row["model"]: row["name"] for row in FULL_BOARD["models"]},
    Value(
        (
            valued(2, 0.25, 61.0, 30.0, verdict="above", frontier=True),
            valued(0, 8.0, 12.0, 20.0, frontier=True),
            valued(3, 0.5, -4.0, 25.0, surely_beaten_by=("wren-large",)),
            valued(5, 2.0, -69.0, 33.0, verdict="below", surely_beaten_by=("wren-large",)),
        ),
        Estimate(21.0, 12.0, 30.0, 4.6),
        ("rook",),
    ),
)

OWN = OwnBoard(
    (
        OwnStanding(
            *("siskin", 1105.0, 1020.0, 1190.0, 1, 2, 1012.4),
            *(Estimate(92.6, 11.0, 174.0, 41.5), 9, 8, 0, 1),
            verdict="more",
        ),
        OwnStanding(
            *("heron", 1090.0, 980.0, 1200.0, 1, 2, 1143.2),
            *(Estimate(-53.2, -160.0, 54.0, 54.0), 4, 1, 2, 1),
            verdict="like_everybody",
        ),
        OwnStanding(
            *("rook", 860.6, 740.0, 980.0, 3, 3, 861.0),
            *(Estimate(-0.4, -120.0, 119.0, 61.0), 0, 0, 0, 0),
            verdict="like_everybody",
        ),
    ),
    votes=13,
    own_share=0.31,
    spread=61.0,
    spread_assumed=False,
)

NO_TOPICS: dict[str, Any] = {
    "made_at": None,
    **dict.fromkeys(("prompts", "votes", "rest_prompts", "rest_votes"), 0),
    "least_voters": 5,
    "topics": [],
}


def topic(*words: str, prompts: int, enough: bool, models: int) -> dict[str, Any]:
    rated = [row for row in FULL_BOARD["models"] if row["rating"] is not None]
    return {
        "words": list(words),
        "prompts": prompts,
        "voters": prompts // 3,
        "votes": prompts + 4,
        "enough": enough,
        "languages": [
            {"language": "en", "prompts": prompts - 2},
            {"language": None, "prompts": 2},
        ],
        "models": rated[:models],
    }


TOPICS: dict[str, Any] = {
    "made_at": NOON,
    "prompts": 1200,
    "votes": 1234,
    "rest_prompts": 90,
    "rest_votes": 95,
    "least_voters": 5,
    "topics": [
        topic("python", "function", "list", prompts=700, enough=True, models=7),
        topic("recipe", "dinner", prompts=310, enough=True, models=2),
        topic(
            "\N{CJK UNIFIED IDEOGRAPH-6392}\N{CJK UNIFIED IDEOGRAPH-5E8F}",
            prompts=100,
            enough=False,
            models=3,
        ),
        topic("sonnet", prompts=12, enough=False, models=0),
    ],
}


TEXT: dict[str, Any] = {
    "id": "text",
    "title": "Text",
    "description": "",
    "max_chars": MAX_CHARS,
    "max_turns": 10,
    "modes": ("battle", "side_by_side", "direct"),
}
VISION = TEXT | {"id": "vision", "title": "Pictures", "max_images": 4}


@dataclass(slots=True)
class ScriptedPages:
    """What `app.state.arena_pages` holds in these tests."""

    boards: dict[str, dict[str, Any]] = field(default_factory=lambda: {"text/overall": FULL_BOARD})
    snapshots: Sequence[Snapshot] = field(default_factory=lambda: SNAPSHOTS)
    site: Site = field(
        default_factory=lambda: Site(
            title="Tiltyard", version="0.1.0", demo=True, arenas=(ArenaFace(**TEXT),)
        )
    )

    def add_arena(self) -> None:
        """Host a second arena, whose board is empty."""
        arenas = (*self.site.arenas, ArenaFace(**VISION))
        self.site = replace(self.site, arenas=arenas)
        self.boards["vision/overall"] = EMPTY_BOARD | {"arena": "vision"}

    async def exposure(self, arena: str | None) -> ExposureReport:
        return replace(EXPOSURE, arena=arena or "text")

    async def register(self) -> Sequence[RegisterEntry]:
        return REGISTER

    def arena_face(self, arena: str | None) -> ArenaFace:
        known = {face.id: face for face in self.site.arenas}
        return known[arena or self.site.arenas[0].id]

    async def arena_of_battle(self, voter: str, battle_id: str) -> ArenaFace:  # noqa: ARG002  # one arena
        return self.site.arenas[0]

    def suggested_prompts(self) -> Sequence[Prompt]:
        return PROMPTS

    async def past(
        self,
        arena: str,
        slice_name: str,
        models: Sequence[str],
        at: datetime | None,
        control: str = "",  # noqa: ARG002  # one board
    ) -> BoardPast:
        board = await self.board(arena, slice_name)
        known = [
            one
            for one in self.snapshots
            if board["votes"] and (at is None or one.published_at <= at)
        ]
        courses = [course_of(known, id_) for id_ in models or [r["model"] for r in board["models"]]]
        ends = [None, None, *known][-2:]
        changes = changes_between(ends[0].board, ends[1].board) if ends[0] and ends[1] else []
        moments = [snapshot.published_at for snapshot in known]
        before, after = [None, None, *moments][-2:]
        comparison = Comparison(before, after, tuple(changes))
        return BoardPast(courses, comparison, moments[::-1])

    async def model(self, model_id: str) -> ModelProfile:
        if model_id != PROFILE.facts.face.id:
            raise NoSuchBoardError("No public contestant has this id.")
        return PROFILE

    async def my_groups(self, voter: str) -> Sequence[Group]:  # noqa: ARG002  # one voter
        return [Group("the-night-shift", 7), Group("book-club-2026", 1)]

    async def my_board(self, voter: str, arena: str, group: str | None) -> OwnAnswer:  # noqa: ARG002  # one voter
        if group == "book-club-2026":
            raise TooFewMembersError("book-club-2026 has 1 member.")
        if not self.boards[f"{arena}/overall"]["votes"]:
            return OwnAnswer(arena, {}, None)
        return OwnAnswer(arena, VALUE.names, OWN)

    async def topics(self, arena: str) -> Mapping[str, Any]:
        return TOPICS | {"arena": arena} if self.boards[f"{arena}/overall"]["votes"] else NO_TOPICS

    async def swap(self, arena: str, old: str, new: str, control: str = "") -> SwapAnswer:
        if (arena, old, new) != (SWAP.arena, SWAP.old, SWAP.new):
            raise RecipeError(f"No vote on these boards is on {new}: check its name.")
        return replace(SWAP, control=control, unmade=UNMADE if control else {})

    async def value(
        self, arena: str, slice_name: str, by: Measure, control: str = ""
    ) -> ValueAnswer:
        await self.board(arena, slice_name)
        if by != VALUE.by:
            raise NotYetError(f"Models cannot be compared by {by} yet.")
        return replace(VALUE, control=control)

    async def measures(self, arena: str, slice_name: str, control: str = "") -> Sequence[Measure]:  # noqa: ARG002  # one board
        board = await self.board(arena, slice_name)
        return ("price", "latency") if board["votes"] else ()

    async def slices(self, arena: str) -> Sequence[Mapping[str, Any]]:
        return [summary_of(board) for board in self.boards.values() if board["arena"] == arena]

    async def board(
        self,
        arena: str,
        slice_name: str,
        at: datetime | None = None,
        control: str = "",  # noqa: ARG002  # it has none
    ) -> Mapping[str, Any]:
        if at is not None and at < SNAPSHOTS[0].published_at:
            raise NoSuchBoardError(f"{arena}/{slice_name} had no board before {at.isoformat()}.")
        address = f"{arena}/{slice_name}"
        if address not in self.boards:
            raise NoSuchBoardError(
                f"There is no board {address}: see the list under /api/v1/boards."
            )
        return self.boards[address]
