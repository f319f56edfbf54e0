"""A scan as SARIF 2.1.0, which code hosts show with the change."""

import json
from pathlib import Path
from typing import Any

from policies.scan.result import Judged, Outcome, ScanFinding

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"critical": "error", "high": "error", "unrated": "error", "medium": "warning", "low": "note"}
# GitHub sorts by this number: 9 and above is critical, 7 high, 4 medium.
_SCORES = {"critical": "9.5", "high": "8.0", "unrated": "7.0", "medium": "5.0", "low": "2.0"}


def sarif(outcome: Outcome, root: Path) -> str:
    """Every blocking finding, waived ones as suppressed. Paths under `root` are relative to it."""
    blocking = [one for one in outcome.judged if one.finding.blocks]
    known = {one.finding.rule: one.finding for one in blocking}
    driver = {
        "name": "mlops scan",
        "informationUri": "https://www.checkov.io",
        "rules": [_rule(finding) for _, finding in sorted(known.items())],
    }
    results = [_result(one, root) for one in blocking]
    run = {"tool": {"driver": driver}, "results": results, "columnKind": "unicodeCodePoints"}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(finding: ScanFinding) -> dict[str, Any]:
    described = {
        "id": finding.rule,
        "shortDescription": {"text": finding.name},
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
        "properties": {"security-severity": _SCORES[finding.severity], "tags": ["security", finding.severity]},
    }
    return described | ({"help": {"text": finding.fix}} if finding.fix else {})


def _result(one: Judged, root: Path) -> dict[str, Any]:
    finding = one.finding
    location = {
        "physicalLocation": {
            "artifactLocation": {"uri": _relative(finding.file, root)},
            "region": {"startLine": finding.line},
        },
        "logicalLocations": [{"fullyQualifiedName": finding.place, "kind": "resource"}],
    }
    said = {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.place}: {finding.reason}"},
        "locations": [location],
        # A line number shifts with every change above it; the place does not.
        "partialFingerprints": {"place/v1": f"{finding.rule}:{finding.place}"},
    }
    if one.waiver is None:
        return said
    return said | {"suppressions": [{"kind": "external", "justification": _why(one)}]}


def _why(one: Judged) -> str:
    assert one.waiver is not None
    return f"{one.waiver.reason} ({one.waiver.owner}, until {one.waiver.expires})"


def _relative(file: Path, root: Path) -> str:
    resolved = file.resolve()
    return (resolved.relative_to(root) if resolved.is_relative_to(root) else resolved).as_posix()
