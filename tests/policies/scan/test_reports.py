"""SARIF, JUnit and the command."""

import json
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as Xml

from click.testing import CliRunner

from cli.main import mlops
from policies.checks.engine.verdict import Result
from policies.scan.junit import junit
from policies.scan.result import Judged, Outcome, ScanFinding
from policies.scan.sarif import sarif
from policies.scan.waivers import Waiver

TODAY = date(2026, 11, 21)


def _finding(rule: str, severity: str, result: Result, *, reason: str = "why", blocks: bool = True) -> ScanFinding:
    return ScanFinding(
        rule=rule,
        name="It holds",
        severity=severity,
        stack="prod-ml",
        address="databricks_job.a",
        result=result,
        blocks=blocks,
        reason=reason,
        fix="do it",
        file=Path("/repo/cdktf.out/stacks/prod-ml/cdk.tf.json"),
        line=7,
    )


def _outcome(*, reason: str = "why", problems: tuple[str, ...] = ()) -> Outcome:
    waived = Waiver(
        rule="CKV_MLOPS_39", address="prod-ml/databricks_job.a", reason="it ends by itself, see issue 4",
        owner="platform", expires=TODAY,
    )  # fmt: skip
    judged = (
        Judged(_finding("CKV_MLOPS_38", "high", Result.FAIL, reason=reason), None),
        Judged(_finding("CKV_MLOPS_39", "medium", Result.FAIL), waived),
        Judged(_finding("CKV_MLOPS_40", "medium", Result.PASS, blocks=False), None),
        Judged(_finding("CKV_MLOPS_41", "medium", Result.UNKNOWN, blocks=False), None),
    )
    return Outcome(judged, problems, ("prod-ml",), TODAY)


def test_sarif_holds_what_blocks_with_place_line_and_level() -> None:
    """What passed is not in it; what is waived is there, suppressed with its reason."""
    document = json.loads(sarif(_outcome(), Path("/repo")))
    (run,) = document["runs"]
    failed, waived = run["results"]
    assert (document["version"], [one["id"] for one in run["tool"]["driver"]["rules"]]) == (
        "2.1.0",
        ["CKV_MLOPS_38", "CKV_MLOPS_39"],
    )
    physical = failed["locations"][0]["physicalLocation"]
    assert physical == {
        "artifactLocation": {"uri": "cdktf.out/stacks/prod-ml/cdk.tf.json"},
        "region": {"startLine": 7},
    }
    assert (failed["level"], failed["message"]["text"]) == ("error", "prod-ml/databricks_job.a: why")
    assert "suppressions" not in failed
    assert waived["suppressions"] == [
        {"kind": "external", "justification": "it ends by itself, see issue 4 (platform, until 2026-11-21)"}
    ]


def test_junit_counts_failures_and_what_was_passed_over() -> None:
    """One case per check and resource; waived and undecided ones are skipped, with their reasons."""
    root = Xml.fromstring(junit(_outcome(problems=("waiver of X: expired",))))
    stack, waivers = root.findall("testsuite")
    assert (stack.get("name"), stack.get("tests"), stack.get("failures"), stack.get("skipped")) == (
        "prod-ml",
        "4",
        "1",
        "2",
    )
    failure = stack.find("testcase/failure")
    assert failure is not None
    assert (failure.get("message"), failure.text) == ("why", "do it")
    assert [one.get("message") for one in stack.iter("skipped")] == [
        "waived by platform until 2026-11-21: it ends by itself, see issue 4",
        "unknown: why",
    ]
    assert (waivers.get("failures"), waivers.get("tests")) == ("1", "1")


def test_junit_has_a_line_for_each_case() -> None:
    """A report of one long line would be searched for secrets in pieces that start and end anywhere."""
    lines = junit(_outcome()).splitlines()
    assert max(line.count("<testcase") for line in lines) == 1


def test_hostile_text_stays_text() -> None:
    """A name from a plan may hold markup, or letters that XML cannot carry."""
    hostile = 'a"]]><script>\x00\x1b[31m&'
    root = Xml.fromstring(junit(_outcome(reason=hostile)))
    failure = root.find("testsuite/testcase/failure")
    assert failure is not None
    assert failure.get("message") == 'a"]]><script>\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}[31m&'
    assert json.loads(sarif(_outcome(reason=hostile), Path("/")))["runs"][0]["results"][0]["message"]["text"].endswith(
        hostile
    )


def test_the_command_fails_on_a_finding_and_writes_both_reports(flawed: Path, tmp_path: Path) -> None:
    """Exit code 1, a row per finding, and the files that pipelines read."""
    none = tmp_path / "waivers.yaml"
    none.write_text("waivers: []\n")
    reports = ["--sarif", str(tmp_path / "out" / "a.sarif"), "--junit", str(tmp_path / "out" / "a.xml")]
    done = CliRunner().invoke(mlops, ["scan", str(flawed), "-w", str(none), "--format", "json", *reports])
    assert done.exit_code == 1
    rows = json.loads(done.stdout)
    assert {"severity": "high", "rule": "CKV_MLOPS_63", "resource": "azurerm_storage_account.lake"}.items() <= rows[
        0
    ].items()
    assert json.loads((tmp_path / "out" / "a.sarif").read_text())["runs"][0]["results"]
    assert Xml.parse(tmp_path / "out" / "a.xml").getroot().tag == "testsuites"


def test_the_command_says_what_to_do_where_nothing_is_synthesized(tmp_path: Path) -> None:
    """Exit code 2: not a finding, and not clean."""
    done = CliRunner().invoke(mlops, ["scan", str(tmp_path)])
    assert (done.exit_code, "run `mlops synth`" in done.stderr) == (2, True)
