from pathlib import Path

import pytest

from tiltyard.ledger.engine import Ledger, LedgerError
from tiltyard.ledger.lock import only_server


def test_a_second_server_on_a_file_is_refused_until_the_first_has_gone(tmp_path: Path) -> None:
    first, second = (Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite3'}") for _ in range(2))
    with (
        only_server(first),
        pytest.raises(LedgerError, match="Several servers need PostgreSQL"),
        only_server(second),
    ):
        pass
    with only_server(second):
        pass
