"""One scan over all stacks or plans."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from policies.checks.engine.catalogue import rules
from policies.checks.engine.rule import Rule
from policies.checks.engine.verdict import Result
from policies.findings import Finding, findings_in
from policies.scan.built_in import BuiltIn, Lines, built_in_of_plan, built_in_of_stacks
from policies.scan.result import Judged, Outcome, ScanFinding
from policies.scan.waivers import Waiver, problems
from policies.terraform.documents import document_of
from policies.terraform.synthesized import UnreadableDocument

# CDKTF's file name for a stack's document.
STACK_FILE = "cdk.tf.json"


def files_in(paths: Iterable[Path]) -> list[Path]:
    """The documents under `paths`: every stack of a folder, and plans named by file.

    Raises UnreadableDocument if a path has none.
    """
    found: list[Path] = []
    for path in paths:
        here = sorted(path.rglob(STACK_FILE)) if path.is_dir() else [path] * path.is_file()
        if not here:
            raise UnreadableDocument(f"{path}: holds no {STACK_FILE}; run `mlops synth`, or name a plan's JSON")
        found += here
    return found


def scan(files: Sequence[Path], waivers: Sequence[Waiver], today: date) -> Outcome:
    """Every check's verdict on every resource of the files, with the waivers applied.

    Raises UnreadableDocument or UnparsedStack if a file is neither a stack nor a plan.
    """
    return with_waivers(files, findings(files), waivers, today)


def findings(files: Sequence[Path]) -> list[ScanFinding]:
    """Every check's verdict on every resource of the files. Raises as `scan` does."""
    stacks = [file for file in files if file.name == STACK_FILE]
    built_in, lines = built_in_of_stacks(stacks) if stacks else ([], {})
    for plan in (file for file in files if file.name != STACK_FILE):
        built_in += built_in_of_plan(plan)
    return [*(finding for file in files for finding in _own(file, lines)), *map(_from_built_in, built_in)]


def with_waivers(
    files: Sequence[Path], found: Sequence[ScanFinding], waivers: Sequence[Waiver], today: date
) -> Outcome:
    """What was found in the files, with the waivers applied."""
    judged = tuple(Judged(finding, _waiver_of(finding, waivers)) for finding in found)
    used = [one.waiver for one in judged if one.waiver is not None]
    names = tuple(dict.fromkeys(_stack_of(file) for file in files))
    return Outcome(judged, tuple(problems(waivers, used, today)), names, today)


def _waiver_of(finding: ScanFinding, waivers: Sequence[Waiver]) -> Waiver | None:
    """The waiver that covers a finding; an expired one still covers, and is itself a failure."""
    if not finding.blocks:
        return None
    return next((waiver for waiver in waivers if waiver.covers(finding.rule, finding.place)), None)


def _own(file: Path, lines: Lines) -> list[ScanFinding]:
    try:
        raw = json.loads(file.read_text())
    except ValueError as error:
        raise UnreadableDocument(f"{file}: is not JSON ({error}); synthesize or plan again") from error
    if not isinstance(raw, dict):
        raise UnreadableDocument(f"{file}: holds a {type(raw).__name__}; allowed: a stack's or a plan's JSON object")
    named = {rule.id: rule for rule in rules()}
    document = document_of(raw, _stack_of(file))
    return [_from_own(finding, named[finding.rule], file, lines) for finding in findings_in(document)]


def _from_own(finding: Finding, rule: Rule, file: Path, lines: Lines) -> ScanFinding:
    return ScanFinding(
        rule=finding.rule,
        name=rule.name,
        severity=finding.severity,
        stack=_stack_of(file),
        address=finding.address,
        result=finding.result,
        blocks=finding.blocks,
        reason=finding.reason,
        fix=rule.fix,
        file=file,
        line=lines.get((file.resolve(), finding.address), 1),
    )


def _from_built_in(one: BuiltIn) -> ScanFinding:
    return ScanFinding(
        rule=one.rule,
        name=one.name,
        severity="unrated",
        stack=_stack_of(one.file),
        address=one.address,
        result=Result.FAIL if one.failed else Result.PASS,
        blocks=one.failed,
        reason=one.name if one.failed else "",
        fix=one.guideline,
        file=one.file,
        line=one.line,
    )


def _stack_of(file: Path) -> str:
    """A stack's name: its folder, or a plan's file."""
    return file.resolve().parent.name if file.name == STACK_FILE else file.stem
