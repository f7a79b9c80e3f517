"""The tables of a ledger in a file: made once, and copied wherever a new ledger begins."""

from pathlib import Path
from tempfile import TemporaryDirectory

from tiltyard.ledger.migrate import upgraded_ledger

SQLITE = "sqlite:///"

_made: list[bytes] = []


async def lay_tables(place: Path | str) -> None:
    """Let a ledger in a file that is not there yet begin with its tables, and nothing in them.

    There are two dozen migrations, and tests of those begin with nothing.
    """
    file = _file(place)
    if file is not None and file.parent.is_dir() and not file.exists():
        if not _made:
            _made.append(await _tables())
        file.touch(mode=0o600)
        file.write_bytes(_made[0])


def _file(place: Path | str) -> Path | None:
    if isinstance(place, str):
        return Path(place.removeprefix(SQLITE)) if place.startswith(SQLITE) else None
    return place


async def _tables() -> bytes:
    with TemporaryDirectory() as directory:
        file = Path(directory) / "ledger.sqlite3"
        async with upgraded_ledger(file):
            pass
        return file.read_bytes()
