import subprocess
import sys

import pytest

import tiltyard

HEAVY = "{'polars', 'numpy', 'scipy', 'fastapi', 'sqlalchemy', 'aiohttp', 'pydantic', 'rich'}"


def loaded_by(statement: str) -> str:
    code = f"{statement}; import sys; print(sorted({HEAVY} & set(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return result.stdout.strip()


def test_importing_tiltyard_loads_nothing_heavy() -> None:
    assert loaded_by("import tiltyard") == "[]"


def test_the_verify_command_loads_nothing_heavy_before_it_runs() -> None:
    assert loaded_by("import tiltyard.cli.verify") == "[]"


def test_the_rank_command_loads_nothing_heavy_before_it_runs() -> None:
    assert loaded_by("import tiltyard.cli.rank") == "[]"


def test_the_names_of_the_public_face_are_there_and_no_others() -> None:
    for name in tiltyard.__all__:
        assert getattr(tiltyard, name) is not None
    assert set(dir(tiltyard)) == set(tiltyard.__all__)
    with pytest.raises(AttributeError, match="no attribute 'rnak'"):
        tiltyard.rnak  # noqa: B018  # the access is the test
