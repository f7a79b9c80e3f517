"""Contestants that come and go while servers run."""

import json
from functools import partial
from pathlib import Path

import pytest

from catalogue_file import write_catalogue
from model_server import ModelServer
from polling import until
from serving import API, ask, follow, vote, voter
from tiltyard_process import run, running

pytestmark = pytest.mark.anyio

PREVIEW = """

[[contestant]]
id = "quetzal"
name = "Quetzal"
organisation = "Quetzal works"
licence = "none"
adapter = "openai_chat"
model = "plain:9"
base_url = "{base_url}"
status = "preview"
alias = "Mystery"
"""


async def shown(base: str, *, rounds: int) -> tuple[set[str], str]:
    """The ids that reveals show in this many battles, and everything the voter was sent."""
    ids, sent = set[str](), ""
    async with voter(base) as ann:
        for number in range(rounds):
            battle = (await ask(ann))["id"]
            await follow(ann, battle)
            async with await vote(ann, battle, "a", key=f"{number}") as response:
                sent += await response.text()
                reveal = (await response.json())["reveal"]
            ids |= {side["id"] for side in reveal.values()}
            async with ann.get(f"{API}/battles") as response:
                sent += await response.text()
    return ids, sent


async def is_drawn(base: str, id_: str) -> bool:
    return id_ in (await shown(base, rounds=1))[0]


async def test_a_contestant_is_drawn_and_retired_without_a_restart(
    tmp_path: Path, model_server: ModelServer
) -> None:
    file = write_catalogue(tmp_path, model_server.base_url, "plain", "plain")
    three = write_catalogue(tmp_path / "more", model_server.base_url, "plain", "plain", "plain")
    data = ("--data", tmp_path / "data")
    with running("serve", "--contestants", file, *data) as server:
        applied = run("models", "apply", three, *data, "--reason", "It is new.", "--json")
        assert applied.returncode == 0, applied.stderr
        (change,) = json.loads(applied.stdout)["changes"]
        assert (change["contestant"], change["before"]) == ("contestant-2", None)
        await until(partial(is_drawn, server.base, "contestant-2"))

        gone = run("models", "retire", "contestant-2", *data, "--reason", "It was bad.")
        assert gone.stdout.split() == ["contestant-2", "public", "→", "retired"]

        async def rests() -> bool:
            return "contestant-2" not in (await shown(server.base, rounds=8))[0]

        await until(rests)
    told = json.loads(run("models", "show", "contestant-2", *data, "--json").stdout)
    assert [fact["reason"] for fact in told["changes"]] == ["It is new.", "It was bad."]


async def test_a_preview_is_drawn_under_its_alias_and_stays_off_every_board(
    tmp_path: Path, model_server: ModelServer
) -> None:
    file = write_catalogue(tmp_path, model_server.base_url, "plain", "plain")
    file.write_text(file.read_text() + PREVIEW.format(base_url=model_server.base_url))
    with running("serve", "--contestants", file, "--data", tmp_path / "data") as server:
        base = server.base
        ids, sent = await shown(base, rounds=12)
        assert "alias-mystery" in ids
        async with voter(base) as ann:
            for path in ("boards/text/overall", "models", "exposure", "openapi.json"):
                async with ann.get(f"{API}/{path}") as response:
                    text = await response.text()
                    assert "Mystery" not in text
                    sent += text
            for id_ in ("quetzal", "alias-mystery"):
                async with ann.get(f"{API}/models/{id_}") as response:
                    assert response.status == 404
            body = {"arena": "text", "mode": "direct", "models": ["alias-mystery"]}
            message = {"parts": [{"type": "text", "text": "Who are you?"}]}
            async with ann.post(f"{API}/battles", json=body | {"message": message}) as response:
                assert response.status == 422
                sent += await response.text()

            async def counted() -> bool:
                async with ann.get(f"{API}/boards/text/overall") as response:
                    rows = (await response.json())["models"]
                return {row["model"] for row in rows} == {"contestant-0", "contestant-1"}

            await until(counted)
        assert "quetzal" not in sent.lower()


def test_a_dry_run_changes_nothing_and_a_bad_move_is_refused_in_a_sentence(
    tmp_path: Path, model_server: ModelServer
) -> None:
    two = write_catalogue(tmp_path, model_server.base_url, "plain", "plain")
    data = ("--data", tmp_path / "data")
    assert "this was a dry run" in run("models", "apply", two, *data, "--dry-run").stdout
    assert (
        "contestant-0                   new → public" in run("models", "apply", two, *data).stdout
    )
    assert run("models", "apply", two, *data).stdout == "Nothing changes.\n"
    alone = run("models", "retire", "contestant-0", *data, "--reason", "None.")
    assert alone.returncode == 2
    assert "After this change the ledger has only one public contestant" in alone.stderr
    two.write_text(two.read_text() + '\nstatus = "draft"\n')
    back = run("models", "apply", two, *data)
    assert "contestant-1 is public and cannot become draft" in back.stderr
    nobody = run("models", "show", "nobody", *data)
    assert "knows no contestant 'nobody'" in nobody.stderr


async def test_the_owner_of_a_preview_gets_its_report(
    tmp_path: Path, model_server: ModelServer
) -> None:
    file = write_catalogue(tmp_path, model_server.base_url, "plain", "plain")
    file.write_text(file.read_text() + PREVIEW.format(base_url=model_server.base_url))
    data = ("--data", tmp_path / "data")
    with running("serve", "--contestants", file, *data) as server:
        ids, _ = await shown(server.base, rounds=12)
        assert "alias-mystery" in ids
    report = run("models", "report", "quetzal", *data)
    assert "contestant  quetzal, shown as Mystery" in report.stdout
    assert "variants    1 declared by Quetzal works so far" in report.stdout
    assert "arena       text" in report.stdout
    (arena,) = json.loads(run("models", "report", "quetzal", *data, "--json").stdout)["arenas"]
    assert arena["standing"]["battles"] > 0
    for id_, told in (
        ("nobody", "knows no contestant 'nobody'"),
        ("contestant-0", "contestant-0 was never a preview"),
    ):
        refused = run("models", "report", id_, *data)
        assert refused.returncode == 2
        assert told in refused.stderr
        assert refused.stderr.count("\n") == 1
