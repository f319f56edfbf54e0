"""The tasks `serving` and `rollback` on a real endpoint. One story: each test goes on where the last one ended."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.config import Config

from localcloud.services.serving import pace, service
from ml.records.promotions import ledger, rolled_back
from ml.release import deploy, promote, rollback
from ml.release.alias_moves import apply
from ml.release.client import Patience, ask, ask_awake
from ml.release.deploy import NotLiveError
from ml.release.endpoint import Endpoint, NotServingError
from ml.release.rollback import NoReturnError
from ml.usecases import use_case
from tests.ml.release.conftest import ENDPOINT, MODEL, Served

COMMON = ("--use-case=credit", "--catalog=prod")


def _serve(served: Served, name: str, run_id: str, *more: str) -> None:
    deploy.main([*COMMON, f"--run-id={run_id}", f"--version={served.versions[name]}", *more])


def _roll_back(run_id: str, to_version: str = "", *more: str) -> None:
    said = (f"--run-id={run_id}", f"--to-version={to_version}", "--reason=complaints", "--by=ann")
    rollback.main([*COMMON, *said, *more])


def _left_behind(capsys: pytest.CaptureFixture[str]) -> str | None:
    """What the newest report says of other places; None: nothing."""
    found: str | None = json.loads(capsys.readouterr().out.splitlines()[-1]).get("left_behind")
    return found


def _recorded(served: Served, run_id: str) -> list[tuple[str, int | None, int, str]]:
    moved = ledger(served.subject(1, run_id)).moved()
    return [(m.alias, m.from_version, m.to_version, m.cause) for m in moved if m.run_id == run_id]


def _served_value() -> int:
    return int(json.loads(Path(os.environ["MLOPS_TASK_VALUES"]).read_text())["served"])


def test_without_an_endpoint_there_is_nothing_to_do(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """Before phase two the task succeeds and says what to deploy."""
    served.promote(served.versions["first"], "run-1")
    _serve(served, "first", "run-1")
    assert _served_value() == 0
    assert "there is no endpoint credit-default-risk yet" in json.loads(capsys.readouterr().out)["skipped"]


def test_the_promoted_version_answers(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """The endpoint goes from the first version to the second; serving it again changes nothing.

    What other places serve is left behind, which the report says, and only where there are some.
    """
    served.deploy_endpoint(served.versions["first"])
    assert served.answer() == 0.25
    served.promote(served.versions["second"], "run-2")
    _serve(served, "second", "run-2", "--other-places=aks,azure-ml")
    assert (served.answer(), _served_value()) == (0.5, served.versions["second"])
    assert f"version {served.versions['second']} goes there by mlops place" in str(_left_behind(capsys))
    before = served.world.client().serving_endpoints.get("credit-default-risk").config
    _serve(served, "second", "run-2")
    assert served.world.client().serving_endpoints.get("credit-default-risk").config == before
    assert _left_behind(capsys) is None


@pytest.mark.parametrize(
    ("name", "why"), [("broken", "the weights are damaged"), ("wild", r"probability is .* or outside 0\.\.1")]
)
def test_a_version_that_cannot_be_served_gives_way(served: Served, name: str, why: str) -> None:
    """It does not load, or answers nonsense: what was live is back on endpoint and aliases, and it is recorded."""
    first, second, version = (served.versions[key] for key in ("first", "second", name))
    run_id = f"run-{name}"
    served.promote(version, run_id)
    assert served.aliases() == {"champion": version, "previous": second}
    with pytest.raises(NotServingError, match=why):
        _serve(served, name, run_id)
    assert served.answer() == 0.5
    assert served.aliases() == {"champion": second, "previous": first}
    assert _recorded(served, run_id)[-2:] == [
        ("champion", version, second, "serving"),
        ("previous", second, first, "serving"),
    ]
    with pytest.raises(NotLiveError, match=f"version {version} is not live, version {second} is"):
        _serve(served, name, run_id)
    assert len(_recorded(served, run_id)) == 4


def test_a_roll_back_and_back_again(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """Endpoint and aliases go to the version before, with who and why; the second time they return.

    A cluster that serves the model too is left behind each time, which the report says.
    """
    first, second = served.versions["first"], served.versions["second"]
    _roll_back("run-back", "", "--other-places=aks")
    assert _left_behind(capsys) == (
        f"aks was not moved and answers as before: version {first} goes there by mlops place credit --to aks"
    )
    assert (served.answer(), served.aliases()) == (0.25, {"champion": first, "previous": second})
    newest = ledger(served.subject(1, "")).moved()
    gone = rolled_back(second, newest)
    assert gone is not None
    assert (gone.reason, gone.promoted_by.startswith("ann, through ")) == ("complaints", True)
    # The same run again, as a retry does: it finds its own moves and does not go back once more.
    _roll_back("run-back")
    assert served.aliases() == {"champion": first, "previous": second}
    _roll_back("run-forth")
    assert (served.answer(), served.aliases()) == (0.5, {"champion": second, "previous": first})
    assert rolled_back(second, ledger(served.subject(1, "")).moved()) is None


@pytest.mark.parametrize("dies_at", [0, 1])
def test_the_next_run_completes_a_roll_back_that_was_killed(
    served: Served, monkeypatch: pytest.MonkeyPatch, dies_at: int
) -> None:
    """Dead before the first alias moved, or between the two: one more run ends where that one would have."""
    before = served.aliases()
    live, back = before["champion"], before["previous"]
    made: list[object] = []

    def dies(subject: object, move: object) -> None:
        if len(made) == dies_at:
            raise KeyboardInterrupt
        made.append(move)
        apply(subject, move)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(rollback, "apply", dies)
        with pytest.raises(KeyboardInterrupt):
            _roll_back(f"run-dies-{dies_at}")
    assert served.aliases()["champion"] == (live if dies_at == 0 else back)
    _roll_back(f"run-completes-{dies_at}")
    assert served.aliases() == {"champion": back, "previous": live}
    assert _recorded(served, f"run-dies-{dies_at}") == [
        ("champion", live, back, "rollback"),
        ("previous", back, live, "rollback"),
    ]
    assert _recorded(served, f"run-completes-{dies_at}") == []


def test_a_roll_back_to_what_cannot_be_served_moves_nothing(served: Served) -> None:
    """The endpoint refuses it, so version and aliases stay; the record says what was meant, and that it was undone."""
    before, broken, second = served.aliases(), served.versions["broken"], served.versions["second"]
    with pytest.raises(NotServingError, match="the weights are damaged"):
        _roll_back("run-refused", str(broken))
    assert (served.answer(), served.aliases()) == (0.5, before)
    recorded = _recorded(served, "run-refused")
    assert ("champion", second, broken, "rollback") in recorded
    assert ("champion", broken, second, "serving") in recorded
    assert ledger(served.subject(1, "")).last()["champion"] == second
    with pytest.raises(NotServingError, match=f"this run found that version {broken} cannot be served"):
        _roll_back("run-refused", str(broken))
    assert _recorded(served, "run-refused") == recorded


@pytest.mark.parametrize("dies_at", ["endpoint", "aliases"])
def test_a_roll_back_that_was_killed_around_the_endpoint_is_completed(
    served: Served, monkeypatch: pytest.MonkeyPatch, dies_at: str
) -> None:
    """Dead after its record, before the endpoint changed or just after: the next run does the rest, unrecorded."""
    before = served.aliases()
    live, back = before["champion"], before["previous"]
    whole = rollback.serve

    def dies(*given: object) -> object:
        if dies_at == "aliases":
            whole(*given)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(rollback, "serve", dies)
        with pytest.raises(KeyboardInterrupt):
            _roll_back(f"run-cut-{dies_at}")
    assert served.aliases() == before
    _roll_back(f"run-after-{dies_at}")
    assert served.aliases() == {"champion": back, "previous": live}
    assert served.answer() == served.factor(back)
    assert _recorded(served, f"run-after-{dies_at}") == []


@pytest.mark.parametrize("finisher", ["roll-back", "serving", "promotion"])
@pytest.mark.parametrize("dies_at", ["_restore", "return_aliases"])
def test_a_return_that_was_killed_is_completed_by_whatever_runs_next(
    served: Served, monkeypatch: pytest.MonkeyPatch, dies_at: str, finisher: str
) -> None:
    """The version does not load; the run dies after its record, before the endpoint or the aliases are back."""
    before, wild = served.aliases(), served.versions["wild"]
    run_id = f"run-{dies_at}-{finisher}"
    served.promote(wild, run_id)

    def dies(*given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(deploy, dies_at, dies)
        with pytest.raises(KeyboardInterrupt):
            _serve(served, "wild", run_id)
    assert served.aliases()["champion"] == wild
    if finisher == "roll-back":
        _roll_back(f"{run_id}-next")
    elif finisher == "serving":
        with pytest.raises(NotLiveError):
            _serve(served, "wild", f"{run_id}-next")
    else:
        promote.settled(served.subject(wild, ""), ledger(served.subject(wild, "")))
        _serve(served, served.name(before["champion"]), f"{run_id}-next")
    assert served.aliases() == before
    assert served.answer() == served.factor(before["champion"])
    assert _recorded(served, f"{run_id}-next") == []


def test_a_sleeping_endpoint_is_waited_for(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """Its client gives up before it is awake; the answer comes when it is, or the declared limit ends the wait."""
    world = served.world
    impatient = Config(host=world.url, token=world.admin_token, http_timeout_seconds=1, retry_timeout_seconds=1)
    declared = use_case("credit").models[0].serving
    assert declared is not None
    endpoint = Endpoint(workspace=WorkspaceClient(config=impatient), serving=declared, model=MODEL)
    document = service.of(world.cloud).find("prod", ENDPOINT)
    soon = Patience(poll_s=0.05)
    pace.write(world.cloud.store, {"sleep_after_s": 3600, "wake_s": 4})
    try:
        service.of(world.cloud).doze(document)
        with pytest.raises(NotServingError, match="endpoint credit-default-risk answers nothing in time"):
            ask(endpoint, [{"limit": 1.0}])
        assert ask_awake(endpoint, [{"limit": 1.0}], soon) == [
            {"probability": served.factor(served.aliases()["champion"])}
        ]
        assert "endpoint credit-default-risk is waking up" in capsys.readouterr().out
        service.of(world.cloud).doze(document)
        short = replace(endpoint, serving=replace(declared, wake_limit_s=1))
        with pytest.raises(NotServingError, match="did not wake up within 1 s"):
            ask_awake(short, [{"limit": 1.0}], soon)
    finally:
        pace.write(world.cloud.store, {"sleep_after_s": None, "wake_s": 0})


def test_a_roll_back_is_no_way_around_the_gates(served: Served) -> None:
    """A version that was never live cannot be rolled back to."""
    with pytest.raises(NoReturnError, match="version 99 was never live"):
        _roll_back("run-99", "99")


@pytest.mark.parametrize("flag", ["reason", "by"])
def test_who_and_why_must_be_said(flag: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The job's empty defaults are refused."""
    given = {"reason": "complaints", "by": "ann"} | {flag: " "}
    with pytest.raises(SystemExit, match="2"):
        rollback.main([*COMMON, "--run-id=1", *(f"--{name}={value}" for name, value in given.items())])
    assert f"--{flag}: it is empty: give a value, because it is recorded" in capsys.readouterr().err
