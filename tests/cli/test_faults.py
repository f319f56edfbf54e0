"""`mlops faults` on a served directory."""

import json

import pytest
from click.testing import CliRunner

from cli.main import mlops
from tests.localcloud.core import Core

ME = "/api/2.0/preview/scim/v2/Me"


def _status(core: Core) -> int:
    return core.call("GET", f"{core.url('prod')}{ME}").status_code


def _listed(commands: CliRunner) -> list[tuple[int, str, str, int, int]]:
    result = commands.invoke(mlops, ["faults", "list", "--format", "json"])
    assert result.exit_code == 0, result.stderr
    return [tuple(row[name] for name in ("number", "kind", "route", "saw", "hit")) for row in json.loads(result.stdout)]


def test_faults_are_added_listed_and_cleared(commands: CliRunner, served: Core) -> None:
    """Calls fail from the one command to the other; the list counts them."""
    assert commands.invoke(mlops, ["faults", "add", "503", "--route", ME, "--retry-after", "7"]).exit_code == 0
    assert commands.invoke(mlops, ["faults", "add", "slow", "--route", "/api/**", "--delay", "0"]).exit_code == 0
    assert _status(served) == 503
    assert _listed(commands) == [(1, "503", ME, 1, 1), (2, "slow", "/api/**", 1, 1)]
    assert "1 cleared" in commands.invoke(mlops, ["faults", "clear", "1"]).stderr
    assert _status(served) == 200
    assert [number for number, *_ in _listed(commands)] == [2]
    assert "1 cleared" in commands.invoke(mlops, ["faults", "clear"]).stderr
    assert _listed(commands) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["418", "--route", ME], "kind '418' is none of '429', '500', '503', 'slow', 'dropped'."),
        (["500", "--route", ME, "--rate", "5"], "rate 5.0 is not a share of the calls: give 0 to 1"),
        (["500", "--route", "/nowhere"], "route '/nowhere' matches no route that faults can hit"),
        (["500"], "Missing option '--route'"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(
    commands: CliRunner, served: Core, arguments: list[str], message: str
) -> None:
    """The message is the local cloud's own; nothing fails."""
    result = commands.invoke(mlops, ["faults", "add", *arguments])
    assert result.exit_code in (1, 2)
    assert message in result.stderr
    assert _status(served) == 200
