"""The gates and promotion as their job runs them, on real Spark, Delta and MLflow."""

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import mlflow
import pytest

from ml.gates import comparison, compliance, infrastructure, sign_off
from ml.gates.infrastructure import run_probe
from ml.gates.leak_checks import Repeats
from ml.gates.repeats import repeats
from ml.records.approvals import APPROVALS
from ml.release import promote
from ml.release.alias_moves import NotReleasedError
from ml.tables import frame_of
from ml.versions import version_task
from ml.versions.artifact import raw_model
from ml.versions.lineage import read_lineage
from tests.ml.conftest import MODEL_NAME, World

WHEN = datetime(2026, 1, 1, tzinfo=UTC)
RESULTS, PROMOTIONS = "prod.credit_ops.gate_results", "prod.credit_ops.promotions"
JUDGING: dict[str, Callable[[list[str]], None]] = {
    "compliance": compliance.main,
    "comparison": comparison.main,
    "infrastructure": infrastructure.main,
}


def _judge(world: World, version: object, run_id: str) -> str:
    """All four gates; the task value `verdict`."""
    for main in JUDGING.values():
        world.run(main, run_id, version=version, source_catalog="prod")
    return str(world.run(sign_off.main, run_id, version=version)["verdict"])


def _verdicts(world: World, run_id: str) -> dict[str, str]:
    rows = world.tables.read(RESULTS).where(f"run_id = '{run_id}'").collect()
    return {row["gate"]: row["verdict"] for row in rows}


def _aliases(world: World) -> dict[str, int]:
    return {alias: int(version) for alias, version in world.client.get_registered_model(MODEL_NAME).aliases.items()}


def _history(world: World) -> list[tuple[str, int | None, int]]:
    rows = world.tables.read(PROMOTIONS).orderBy("promoted_at", "alias").collect()
    return [(row["alias"], row["from_version"], row["to_version"]) for row in rows]


@pytest.fixture(scope="module")
def first(world: World, trained: dict[str, object]) -> int:
    """The first version, judged in run `gates-1` and promoted."""
    version = int(str(trained["model_version"]))
    assert _judge(world, version, "gates-1") == "pass"
    assert _aliases(world) == {"challenger": version}
    world.run(promote.main, "gates-1", version=version)
    return version


@pytest.fixture(scope="module")
def second(world: World, first: int) -> int:
    """A version trained on a sample of 900 rows: a poorer model."""
    version = int(str(world.train("run-2", sample_rows=900)["model_version"]))
    assert version != first
    return version


def test_the_first_version_passes_every_gate_and_goes_live(world: World, first: int) -> None:
    """Four verdicts with evidence, one champion, no challenger left, one row of history."""
    assert _verdicts(world, "gates-1") == dict.fromkeys([*JUDGING, "sign_off"], "pass")
    rows = {row["gate"]: row for row in world.tables.read(RESULTS).where("run_id = 'gates-1'").collect()}
    assert "no champion is live" in rows["comparison"]["reason"]
    assert json.loads(rows["comparison"]["inputs"])["challenger"]["rows"] == 1000
    judged = json.loads(rows["comparison"]["thresholds"])["measures"]
    assert (judged[0]["measure"]["name"], judged[0]["margin"], judged[0]["limit"]) == ("roc_auc", 0.005, 0.7)
    leaks = json.loads(rows["compliance"]["inputs"])["leaks"]
    assert leaks["repeats"] == {"holdout_rows": 1000, "same_key": 0, "same_features": 0}
    assert 0.3 < leaks["shares"]["pay_status_1"] < 0.9
    assert sum(leaks["shares"].values()) == pytest.approx(1)
    assert [group["attribute"] for group in json.loads(rows["compliance"]["inputs"])["fairness"]] == ["sex", "age_band"]
    assert json.loads(rows["infrastructure"]["inputs"])["memory_mib"] > 50
    assert rows["sign_off"]["decided_by"]
    assert _aliases(world) == {"champion": first}
    assert _history(world) == [("champion", None, first)]


def _card(world: World, version: int, form: str) -> str:
    run_id = world.client.get_model_version(MODEL_NAME, str(version)).run_id
    return str(mlflow.artifacts.load_text(f"runs:/{run_id}/model_card.{form}"))


def test_the_last_gate_leaves_a_card_with_the_training_run(world: World, first: int) -> None:
    """In both forms, named by a tag of the version, with what tables, run and gates really recorded."""
    version = world.client.get_model_version(MODEL_NAME, str(first))
    assert version.tags["model_card"] == f"runs:/{version.run_id}/model_card.html"
    text, html = _card(world, first, "md"), _card(world, first, "html")
    metrics = world.client.get_run(str(version.run_id)).data.metrics
    value, lower, upper = (f"{metrics[f'holdout_roc_auc{end}']:.4g}" for end in ("", "_lower", "_upper"))
    assert f"| ROC AUC | {value} | {lower} to {upper} |" in text
    assert "| features | prod.credit_gold.client_features | 1 |" in text
    assert "| held out | 1,000 |" in text
    assert "| fitted, tuned and calibrated on | 5,000 |" in text
    assert f"| sex | 1 male, 2 female. | no | {metrics['protected_gain_sex']:+.4g} (" in text
    assert "By sex. demographic parity difference " in text
    assert "| approved by | no person: sign-off is automatic, as declared |" in text
    assert "![importance](importance.png)" in text
    assert f"Version {first} of {MODEL_NAME} passed all gates." in html
    assert html.count('src="data:image/png;base64,') == 1


def test_hold_out_rows_like_fitted_ones_are_counted(world: World, first: int) -> None:
    """Each client's sex was seen in training, and no client."""
    parts = ["--use-case=credit", "--catalog=prod", "--run-id=repeats", f"--version={first}", "--source-catalog=prod"]
    subject = version_task.judged("gates_compliance", parts, reads_data=True)
    lineage = read_lineage("it", subject.registered().tags)
    assert repeats(subject, lineage, ["sex"]) == Repeats(holdout_rows=1000, same_key=0, same_features=1000)


def test_judging_and_promoting_the_champion_again_changes_nothing(world: World, first: int) -> None:
    """Already live: the gates pass, no alias moves, no history is added, and no new table version is made."""
    before = world.tables.version(PROMOTIONS)
    assert _judge(world, first, "gates-again") == "pass"
    world.run(promote.main, "gates-again", version=first)
    assert _aliases(world) == {"champion": first}
    assert world.tables.version(PROMOTIONS) == before


def test_a_poorer_challenger_is_refused_and_the_champion_stays(world: World, first: int, second: int) -> None:
    """The comparison fails with its interval, sign-off fails for that, and promotion refuses by itself."""
    assert _judge(world, second, "gates-2") == "fail"
    assert _verdicts(world, "gates-2")["comparison"] == "fail"
    row = world.tables.read(RESULTS).where("run_id = 'gates-2' and gate = 'comparison'").collect()[0]
    assert f"ROC AUC differs from champion version {first} by -" in row["reason"]
    assert "over 1000 rows" in row["reason"]
    # The first version was judged on the same periods, twice.
    assert json.loads(row["inputs"])["holdout_uses"] == 2
    with pytest.raises(NotReleasedError, match="comparison: fail, sign_off: fail"):
        world.run(promote.main, "gates-2", version=second)
    assert _aliases(world) == {"champion": first, "challenger": second}


def test_verdicts_of_another_run_or_version_release_nothing(world: World, first: int, second: int) -> None:
    """Passed in `gates-1`, but not in this run; and not for this version."""
    assert "passed all gates" in _card(world, first, "md")
    assert world.run(sign_off.main, "gates-3", version=first)["verdict"] == "fail"
    # The card is that of the newest run of the gates.
    assert "did not pass compliance, comparison, infrastructure, sign_off" in _card(world, first, "md")
    with pytest.raises(NotReleasedError, match="compliance: no verdict"):
        world.run(promote.main, "gates-3", version=first)
    with pytest.raises(NotReleasedError, match="compliance: no verdict"):
        world.run(promote.main, "gates-1", version=second)


def test_a_promotion_that_died_is_completed_by_another_run(
    world: World, first: int, second: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dies after its record, before any alias moved; then after `@previous` moved: the old champion stays.

    The next run, another one, ends with one champion, and the history says once what was meant.
    """
    monkeypatch.setattr(promote, "recorded", lambda _: dict.fromkeys([*JUDGING, "sign_off"], "pass"))
    whole = promote.apply

    def dies_before(subject: object, move: object) -> None:
        raise KeyboardInterrupt

    def dies_after_previous(subject: object, move: object) -> None:
        whole(subject, move)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    recorded = [("champion", first, second), ("previous", None, first)]
    left = ({"champion": first, "challenger": second}, {"champion": first, "previous": first, "challenger": second})
    for run_id, dies, aliases in zip(("gates-4", "gates-5"), (dies_before, dies_after_previous), left, strict=True):
        with monkeypatch.context() as patch:
            patch.setattr(promote, "apply", dies)
            with pytest.raises(KeyboardInterrupt):
                world.run(promote.main, run_id, version=second)
        assert _aliases(world) == aliases
        assert _history(world)[1:] == recorded
    world.run(promote.main, "gates-6", version=second)
    assert _aliases(world) == {"champion": second, "previous": first}
    assert _history(world)[1:] == recorded


def test_an_approval_counts_for_its_version_only(world: World, first: int, second: int) -> None:
    """Manual sign-off: nobody before the record, then the person, and for no other version."""
    parts = ["--use-case=credit", "--catalog=prod", "--run-id=approval"]
    subjects = [version_task.judged("sign_off", [*parts, f"--version={v}"], reads_data=False) for v in (first, second)]
    assert [sign_off.approvers(subject) for subject in subjects] == [(), ()]
    row = {"model": MODEL_NAME, "version": second, "approved_by": "ann", "reason": "seen", "approved_at": WHEN}
    row |= {"recorded_by": "ann", "run_id": "7"}
    world.tables.append(APPROVALS, "prod.credit_ops.approvals", frame_of(world.tables.spark, APPROVALS, [row]))
    assert [sign_off.approvers(subject) for subject in subjects] == [(), ("ann",)]


@pytest.mark.parametrize("gate", JUDGING)
def test_a_version_that_does_not_exist_fails_its_gate(world: World, first: int, gate: str) -> None:
    """A verdict, not a crash."""
    world.run(JUDGING[gate], f"absent-{gate}", version=999, source_catalog="prod")
    row = world.tables.read(RESULTS).where(f"run_id = 'absent-{gate}'").collect()[0]
    assert (row["verdict"], row["reason"]) == ("fail", f"{MODEL_NAME} has no version 999")


@pytest.mark.parametrize("version", ["", "0", "-1", "champion", "1; drop"])
def test_a_version_that_is_no_number_is_refused(version: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, and the message says what is allowed."""
    arguments = ["--use-case", "credit", "--catalog", "prod", "--run-id", "1", "--source-catalog", "prod"]
    with pytest.raises(SystemExit, match="2"):
        compliance.main([*arguments, f"--version={version}"])
    assert "is not a model version: give its number, 1 or more" in capsys.readouterr().err


def test_gates_that_record_at_the_same_moment_all_leave_their_verdict(world: World, first: int) -> None:
    """The three judging gates run in parallel in the job; none may lose its row to another."""
    threads = [
        threading.Thread(
            target=main,
            args=([f"--{k}={v}" for k, v in _flags(999).items()],),
        )
        for main in JUDGING.values()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _verdicts(world, "parallel") == dict.fromkeys(JUDGING, "fail")


def _flags(version: int) -> dict[str, object]:
    common = {"use-case": "credit", "catalog": "prod", "run-id": "parallel", "source-catalog": "prod"}
    return {**common, "version": version}


def test_a_model_that_needs_the_checkout_does_not_load_in_the_clean_process(tmp_path: Path) -> None:
    """`ml` is refused there even where it could be imported."""
    code = tmp_path / "pyfunc_model.py"
    code.write_text(
        "import mlflow\nimport ml.training\n"
        "class M(mlflow.pyfunc.PythonModel):\n    def predict(self, context, model_input, params=None):\n"
        "        return model_input\nmlflow.models.set_model(M())\n"
    )
    mlflow.pyfunc.save_model(tmp_path / "model", python_model=str(code), pip_requirements=["mlflow"])
    probed = run_probe(tmp_path / "model", timeout_s=60)
    assert probed.found is None
    assert probed.problem is not None
    assert "the model imports ml, which the serving environment does not have" in probed.problem


def test_a_model_that_answers_too_late_is_stopped(world: World, trained: dict[str, object], tmp_path: Path) -> None:
    """The time limit ends the process and fails the gate."""
    artifact = mlflow.artifacts.download_artifacts(
        f"models:/{MODEL_NAME}/{trained['model_version']}", dst_path=str(tmp_path)
    )
    probed = run_probe(raw_model(Path(artifact)), timeout_s=0.05)
    assert (probed.found, probed.problem) == (None, "the model did not answer within 0.05 s")
