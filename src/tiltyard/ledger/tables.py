"""The tables of the ledger.

Facts are added and never edited, with two exceptions that are states rather than facts: an
attempt is open until its answer has ended, and an erasure empties the words of a battle and lets
go of its images.
Voters appear as keyed pseudonyms only; the key is not in the database.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from tiltyard.ledger.columns import JsonValue, PackedJson, Sequence, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

contestant_versions = Table(
    "contestant_versions",
    metadata,
    Column("version", String(16), primary_key=True),
    Column("contestant", String(80), nullable=False, index=True),
    Column("card", JsonValue, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
)

contestant_changes = Table(
    "contestant_changes",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("contestant", String(80), nullable=False, index=True),
    Column("version", ForeignKey("contestant_versions.version"), nullable=False),
    Column("status", String(10), nullable=False),
    Column("reason", Text, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    CheckConstraint("status IN ('draft', 'preview', 'public', 'retired')", name="status"),
)

arena_definitions = Table(
    "arena_definitions",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("arena", String(40), nullable=False, index=True),
    Column("definition", JsonValue, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
)

battles = Table(
    "battles",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("arena", String(40), nullable=False),
    Column("definition", ForeignKey("arena_definitions.sha256"), nullable=False),
    Column("mode", String(20), nullable=False),
    Column("source", String(60), nullable=False),  # arena | example | import:…
    Column("voter", String(64), nullable=False),
    Column("policy", String(80), nullable=False),
    Column("pair_probability", Float, nullable=False),
    # A digest in declared_shares; no foreign key, which SQLite cannot add to a table in use.
    Column("declared", String(64)),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint("pair_probability > 0 AND pair_probability <= 1", name="pair_probability"),
    Index("ix_battles_voter_created_at", "voter", "created_at"),
    Index("ix_battles_created_at", "created_at", "id"),
)

declared_shares = Table(
    "declared_shares",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("arena", String(40), nullable=False, index=True),
    Column("policy", String(80), nullable=False),
    Column("shares", JsonValue, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
)

sides = Table(
    "sides",
    metadata,
    Column("battle", ForeignKey("battles.id"), primary_key=True),
    Column("slot", String(1), primary_key=True),
    Column("contestant", String(80), nullable=False, index=True),
    Column("version", ForeignKey("contestant_versions.version"), nullable=False),
    Column("components", JsonValue, nullable=False),
)

turns = Table(
    "turns",
    metadata,
    Column("battle", ForeignKey("battles.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("parts", JsonValue, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

servers = Table(
    "servers",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("address", Text),  # where the other servers reach it
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),  # by itself, or by whoever found it dead
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("battle", Uuid, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("slot", String(1), nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", String(10), nullable=False),  # streaming | done | stopped | failed
    Column("seed", Integer, nullable=False),
    Column("parts", JsonValue, nullable=False),
    Column("reasoning", Text, nullable=False, default=""),
    Column("request", JsonValue),
    Column("stop_reason", String(80)),
    Column("input_tokens", BigInteger),
    Column("output_tokens", BigInteger),
    Column("cost_usd", Float),
    Column("endpoint_version", String(200)),
    Column("tries", Integer),  # requests sent for it; none for those of old and of demos
    Column("first_text_ms", Integer),
    Column("duration_ms", Integer),
    Column("error", Text),
    Column("server", Sequence),  # who answers it; none, and nobody does
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    ForeignKeyConstraint(["battle", "turn"], ["turns.battle", "turns.number"]),
    ForeignKeyConstraint(["battle", "slot"], ["sides.battle", "sides.slot"]),
    UniqueConstraint("battle", "turn", "slot", "number"),
    Index("ix_attempts_state", "state"),
)

votes = Table(
    "votes",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("battle", Uuid, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("outcome", String(10), nullable=False),
    Column("tags", JsonValue, nullable=False),
    Column("comment", Text),
    Column("voter", String(64), nullable=False, index=True),
    Column("voted_at", UtcDateTime, nullable=False),
    Column("receipt", String(64), nullable=False, unique=True),
    ForeignKeyConstraint(["battle", "turn"], ["turns.battle", "turns.number"]),
    UniqueConstraint("battle", "turn"),
    CheckConstraint("outcome IN ('a', 'b', 'tie', 'both_bad')", name="outcome"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("voter", String(64), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("request_sha256", String(64), nullable=False),
    Column("answer", JsonValue, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
"""Kept as long as the votes: the same key gets the same answer whenever it is asked again."""

reveals = Table(
    "reveals",
    metadata,
    Column("battle", ForeignKey("battles.id"), primary_key=True),
    Column("turn", Integer, nullable=False),  # the last that was answered under hidden names
    Column("cause", String(10), nullable=False),
    Column("revealed_at", UtcDateTime, nullable=False),
    ForeignKeyConstraint(["battle", "turn"], ["turns.battle", "turns.number"]),
    CheckConstraint("cause IN ('vote', 'give_up')", name="cause"),
)

continuations = Table(
    "continuations",
    metadata,
    Column("battle", ForeignKey("battles.id"), primary_key=True),
    Column("continues", ForeignKey("battles.id"), nullable=False),
    Column("turns_before", Integer, nullable=False),
)

erasures = Table(
    "erasures",
    metadata,
    Column("battle", ForeignKey("battles.id"), primary_key=True),
    Column("erased_at", UtcDateTime, nullable=False),
)

consents = Table(
    "consents",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("voter", String(64), nullable=False, index=True),
    Column("publish", Boolean, nullable=False),
    Column("shown", JsonValue, nullable=False),  # version of each arena's text, by arena
    Column("decided_at", UtcDateTime, nullable=False),
)

take_downs = Table(
    "take_downs",
    metadata,
    Column("battle", ForeignKey("battles.id"), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("taken_down_at", UtcDateTime, nullable=False),
)

releases = Table(
    "releases",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("arena", String(40), nullable=False, index=True),
    Column("manifest", JsonValue, nullable=False),
    Column("places", JsonValue, nullable=False),  # where it was published
    Column("published_at", UtcDateTime, nullable=False),
)

released_battles = Table(
    "released_battles",
    metadata,
    Column("release", ForeignKey("releases.name"), primary_key=True),
    Column("battle", ForeignKey("battles.id"), primary_key=True),
)

prepared_releases = Table(
    "prepared_releases",
    metadata,
    Column("manifest_sha256", String(64), primary_key=True),
    Column("key", LargeBinary, nullable=False),  # of the ids that its battles have in it
    Column("prepared_at", UtcDateTime, nullable=False),
)

uploads = Table(
    "uploads",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("voter", String(64), primary_key=True),
    Column("media_type", String(20), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("uploaded_at", UtcDateTime, nullable=False, index=True),
    Index("ix_uploads_voter", "voter"),
)

image_uses = Table(
    "image_uses",
    metadata,
    Column("battle", Uuid, primary_key=True),
    Column("turn", Integer, primary_key=True),
    Column("sha256", String(64), primary_key=True),
    ForeignKeyConstraint(["battle", "turn"], ["turns.battle", "turns.number"]),
    Index("ix_image_uses_sha256", "sha256"),
)

labels = Table(
    "labels",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("battle", ForeignKey("battles.id"), nullable=False),
    Column("labeller", String(40), nullable=False),
    Column("labeller_version", String(20), nullable=False),
    Column("value", JsonValue, nullable=False),
    Column("score", Float),
    Column("labelled_at", UtcDateTime, nullable=False),
    UniqueConstraint("battle", "labeller", "labeller_version"),
)

prompts = Table(
    "prompts",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("first_battle", Uuid, nullable=False, index=True),
    Column("asked", Integer, nullable=False),
    Column("minima", LargeBinary, nullable=False),
    Column("near", Uuid),
)

prompt_bands = Table(
    "prompt_bands",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("band", BigInteger, nullable=False, index=True),
    Column("prompt", String(32), nullable=False, index=True),
)

model_answers = Table(
    "model_answers",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("labeller_version", String(20), nullable=False, index=True),
    Column("contestant", String(80), nullable=False),
    Column("answer", JsonValue, nullable=False),
    Column("input_tokens", BigInteger),
    Column("output_tokens", BigInteger),
    Column("cost_usd", Float),
    Column("answered_at", UtcDateTime, nullable=False),
)

prompt_vectors = Table(
    "prompt_vectors",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("first_battle", Uuid, nullable=False, index=True),
    Column("vector", LargeBinary, nullable=False),
)

vector_requests = Table(
    "vector_requests",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("model", String(80), nullable=False),
    Column("model_version", String(20), nullable=False),
    Column("texts", Integer, nullable=False),
    Column("tokens", BigInteger),
    Column("cost_usd", Float),
    Column("endpoint_version", String(200)),
    Column("asked_at", UtcDateTime, nullable=False),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("arena", String(40), nullable=False),
    Column("slice", String(40), nullable=False),
    Column("control", String(20), nullable=False, server_default=""),  # held constant; "" for none
    Column("last_vote", Sequence, nullable=False),
    Column("board", PackedJson, nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    Index("ix_snapshots_arena_slice_control_id", "arena", "slice", "control", "id"),
    Index(
        "ix_snapshots_arena_slice_control_published_at",
        *("arena", "slice", "control", "published_at"),
    ),
)

covariances = Table(
    "covariances",
    metadata,
    Column("arena", String(40), primary_key=True),
    Column("slice", String(40), primary_key=True),
    Column("control", String(20), primary_key=True),
    Column("published_at", UtcDateTime, nullable=False),
    Column("models", PackedJson, nullable=False),
    Column("matrix", LargeBinary, nullable=False),
)

unmade_boards = Table(
    "unmade_boards",
    metadata,
    Column("arena", String(40), primary_key=True),
    Column("slice", String(40), primary_key=True),
    Column("control", String(20), primary_key=True),
    Column("reason", Text, nullable=False),
)

surveys = Table(
    "surveys",
    metadata,
    Column("arena", String(40), primary_key=True),
    Column("votes", BigInteger, nullable=False),  # that there were when it was made
    Column("topics", PackedJson, nullable=False),
    Column("taste_spread", Float),  # how much tastes differ, in nats; none where it is not known
    Column("made_at", UtcDateTime, nullable=False),
)

memberships = Table(
    "memberships",
    metadata,
    Column("group_name", String(40), primary_key=True),
    Column("voter", String(64), primary_key=True, index=True),
    Column("joined_at", UtcDateTime, nullable=False),
    Column("left_at", UtcDateTime),
)

source_removals = Table(
    "source_removals",
    metadata,
    Column("source", String(60), primary_key=True),
    Column("removed_at", UtcDateTime, nullable=False),
)
