"""Task `infrastructure` of job `<usecase>-promotion`: does this version answer in a process that has nothing else?"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ml.declarations import Column, InfrastructureGate
from ml.evaluation.checks import Check, at_most
from ml.gates import probe, reporting
from ml.gates.verdict import Verdict, decide, refuse
from ml.records.gate_results import INFRASTRUCTURE
from ml.versions import version_task
from ml.versions.answers import UnusableAnswersError, require_records, shown
from ml.versions.artifact import raw_model

# How many times its CPU time a load may take on a busy machine, and the time for about a hundred answers.
_BUSY, _ANSWERS_S = 4, 60.0
_TOLD_CHARACTERS = 600


@dataclass(frozen=True, kw_only=True)
class Probed:
    """The findings of the clean process, or why there are none."""

    found: Mapping[str, object] | None
    problem: str | None = None


def main(arguments: Sequence[str] | None = None) -> None:
    """Probe a version in a clean process; run by job `<usecase>-promotion`."""
    subject = version_task.judged("gates_infrastructure", arguments, reads_data=True)
    problem = version_task.missing_version(subject)
    if problem:
        reporting.record(subject, refuse(INFRASTRUCTURE, problem))
        return
    reporting.announce(subject)
    gate = subject.model.gates.infrastructure
    with tempfile.TemporaryDirectory() as temporary:
        fetched = version_task.fetch(subject, subject.version, Path(temporary))
        probed = run_probe(raw_model(fetched), timeout_s=_BUSY * gate.max_load_s + _ANSWERS_S)
    reporting.record(subject, judge(probed, gate, subject.model.problem.output))


def run_probe(model: Path, *, timeout_s: float) -> Probed:
    """Start the probe on a model that takes features: isolated, no checkout, no token, no tracking server."""
    with tempfile.TemporaryDirectory() as temporary:
        home, answer = Path(temporary), Path(temporary) / "answer.json"
        command = [sys.executable, "-I", str(Path(probe.__file__).resolve()), str(model.resolve()), str(answer)]
        environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(home), "LC_ALL": "C.UTF-8"}
        try:
            done = subprocess.run(
                command, cwd=home, env=environment, capture_output=True, text=True, timeout=timeout_s, check=False
            )
        except subprocess.TimeoutExpired:
            return Probed(found=None, problem=f"the model did not answer within {timeout_s:g} s")
        if done.returncode != 0 or not answer.is_file():
            told = done.stderr.strip()[-_TOLD_CHARACTERS:]
            return Probed(found=None, problem=f"the model does not load or answer in a clean process: {told}")
        return Probed(found=json.loads(answer.read_text()))


def judge(probed: Probed, gate: InfrastructureGate, output: Sequence[Column]) -> Verdict:
    """The verdict on the probe's findings, for a model that returns `output`. Pure; a missing finding fails."""
    if probed.found is None:
        return refuse(INFRASTRUCTURE, probed.problem or "the probe found nothing")
    found = probed.found
    checks = [
        at_most("CPU time to load", found.get("load_processor_s"), gate.max_load_s, "s"),
        at_most("95th percentile latency of one row", found.get("latency_p95_ms"), gate.max_latency_ms, "ms"),
        at_most("peak memory", found.get("memory_mib"), gate.max_memory_mib, "MiB"),
        _answers(found.get("answers"), found.get("rows"), output),
        _empty("invalid input is refused", "it accepts invalid input", found.get("accepted_wrong")),
        _empty("the pinned packages are installed", "packages differ from the pins", found.get("other_versions")),
    ]
    return decide(INFRASTRUCTURE, checks, inputs=found, thresholds=asdict(gate))


def _answers(answers: object, rows: object, output: Sequence[Column]) -> Check:
    """One answer for each row of the input example, with usable values in the declared columns."""
    if not isinstance(answers, list) or not isinstance(rows, int) or not rows:
        return Check(passed=False, text=f"the input example of {rows} rows was answered with {answers}")
    try:
        usable = require_records(answers, output, rows=rows)
    except UnusableAnswersError as error:
        return Check(passed=False, text=f"the answer to the input example is not usable: {error}")
    return Check(passed=True, text=f"the input example is answered with {shown(usable, output)}")


def _empty(well: str, badly: str, found: object) -> Check:
    """Passes for an empty list; a missing list is unknown and fails."""
    if not isinstance(found, list):
        return Check(passed=False, text=f"whether {well} is unknown")
    return Check(passed=not found, text=f"{badly}: {', '.join(map(str, found))}" if found else well)
