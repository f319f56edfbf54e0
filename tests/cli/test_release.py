"""The commands of a release, without a running cloud."""

from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner

from cli.errors import CommandError
from cli.job_runs import jobs_of
from cli.main import mlops
from ml.declarations import Streaming
from ml.usecases import USE_CASES
from tests.ml.two_models import two_models


def test_a_stage_is_the_job_of_every_model_of_every_use_case_that_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Staging integrates, prod trains each model, or one that is named; dev has no integration job and is refused. What
    runs without an end is not waited for.
    """
    assert {f"{name}-integration" for name in USE_CASES} == set(jobs_of("staging", "integration"))
    before = jobs_of("prod", "training")
    assert "credit-training" in before
    monkeypatch.setitem(USE_CASES, "credit", two_models())
    assert set(jobs_of("prod", "training")) - set(before) == {"credit-second-training"}
    assert jobs_of("prod", "training", "credit/second") == ["credit-second-training"]
    assert "credit-second-scoring" in jobs_of("prod", "scoring")
    energy = USE_CASES["energy"]
    endless = replace(energy.models[0], streaming=Streaming(every_s=60))
    before = jobs_of("prod", "scoring")
    monkeypatch.setitem(USE_CASES, "energy", replace(energy, models=(endless, *energy.models[1:])))
    assert set(before) - set(jobs_of("prod", "scoring")) == {f"{energy.label(endless)}-scoring"}
    with pytest.raises(CommandError, match=r"no use case of dev has such a job; its stages are .*training"):
        jobs_of("dev", "integration")


@pytest.mark.parametrize("arguments", [[], ["credit-training", "--stage", "training"]])
def test_a_job_or_a_stage_is_named(arguments: list[str]) -> None:
    """Neither and both are refused before anything is asked."""
    result = CliRunner().invoke(mlops, ["run", *arguments, "--env", "prod"])
    assert result.exit_code == 2
    assert result.stderr == "error: give either a JOB, or a --stage to run its jobs\n"


@pytest.mark.parametrize("command", ["smoke", "live"])
def test_an_environment_that_no_file_declares_is_refused(command: str) -> None:
    """With those there are."""
    result = CliRunner().invoke(mlops, [command, "--env", "moon"])
    assert result.exit_code == 2
    assert "--env moon is not declared; declared are" in result.stderr
    assert "prod" in result.stderr


def test_a_workspace_that_nobody_signed_in_to_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The message names the host and the ways to sign in. The host here refuses every path."""
    for name in ("DATABRICKS_TOKEN", "DATABRICKS_CLIENT_ID", "DATABRICKS_AUTH_TYPE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABRICKS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        host = f"http://127.0.0.1:{server.server_port}"
        result = CliRunner().invoke(mlops, ["live", "--env", "prod", "--host", host])
        server.shutdown()
    assert result.exit_code == 2
    assert f"no sign-in for {host}" in result.stderr
    assert "az login, or set DATABRICKS_TOKEN" in result.stderr


@pytest.mark.parametrize(
    ("text", "problem"), [("{", "is not JSON"), ('{"credit": 3}', "a JSON object of version by model")]
)
def test_a_record_of_what_was_live_is_read_strictly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, problem: str
) -> None:
    """A broken file makes nothing live again."""
    from cli.commands.release import _read  # noqa: PLC0415

    file = tmp_path / "live.json"
    file.write_text(text)
    with pytest.raises(CommandError, match=problem):
        _read(file)
