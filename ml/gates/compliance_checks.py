"""The compliance gate's requirements for a version's documentation and its treatment of groups. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from ml.declarations import ComplianceGate, Model
from ml.evaluation.checks import Check
from ml.gates.hard_slices import HardSlices
from ml.gates.leak_checks import LeakSigns, leak_checks
from ml.gates.verdict import Verdict, decide
from ml.problems.judging import GroupFindings
from ml.records.gate_results import COMPLIANCE
from ml.versions.lineage import LineageError, read_lineage

# Uncommitted changes are reported, not refused: the wheel that ran is stored under its own hash.
_COMMIT = re.compile(r"[0-9a-f]{40}(-dirty)?")
_PINNED = re.compile(r"[A-Za-z0-9._-]+==[^=\s*]+")


@dataclass(frozen=True, kw_only=True)
class Papers:
    """The documentation of a model version. `inputs` and `outputs` are column names; None: no signature."""

    description: str
    tags: Mapping[str, str]
    inputs: tuple[str, ...] | None
    outputs: tuple[str, ...] | None
    requirements: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class HoldoutSigns:
    """The findings on the scored hold-out, other than the quality of the answers."""

    groups: Sequence[GroupFindings]
    leaks: LeakSigns
    slices: HardSlices | None = None


def judge(
    model: Model, gate: ComplianceGate, source_catalog: str, papers: Papers, found: HoldoutSigns | str
) -> Verdict:
    """The verdict. `found`: the measurements on the hold-out, or why there are none, which fails the gate."""
    checks = [
        _signature(model, papers),
        _present("description", papers.description),
        *_declared_tags(model, papers.tags),
        _lineage(papers.tags, source_catalog),
        _commit(papers.tags),
        _environment(papers.requirements),
        *_measured(model, gate, found),
    ]
    inputs = {
        "description": papers.description,
        "tags": dict(papers.tags),
        "features": papers.inputs,
        "requirements": papers.requirements,
        "fairness": [] if isinstance(found, str) else [group.figures for group in found.groups],
        "leaks": None if isinstance(found, str) else asdict(found.leaks),
        "slices": asdict(found.slices) if isinstance(found, HoldoutSigns) and found.slices else None,
        "problem": found if isinstance(found, str) else None,
    }
    threshold = {"decision_threshold": gate.decision_threshold} if model.problem.decides else {}
    thresholds = {**asdict(gate), **threshold}
    return decide(COMPLIANCE, checks, inputs=inputs, thresholds=thresholds)


def _present(name: str, text: str) -> Check:
    return Check(passed=bool(text.strip()), text=f"{name} is {'present' if text.strip() else 'missing'}")


def _signature(model: Model, papers: Papers) -> Check:
    if papers.inputs is None or papers.outputs is None:
        return Check(passed=False, text="signature is missing")
    optional = {feature.name for feature in model.feature_table.features if feature.optional}
    # A version trained without an optional source takes none of that source's features.
    absent = (set(model.features) - set(papers.inputs)) - optional
    strange = sorted(absent | (set(papers.inputs) - set(model.features)))
    if strange:
        return Check(passed=False, text=f"signature and declared features differ: {', '.join(strange)}")
    wanted = tuple(column.name for column in model.problem.output)
    if papers.outputs != wanted:
        given = ", ".join(papers.outputs)
        return Check(passed=False, text=f"signature returns {given}; required: {', '.join(wanted)}")
    return Check(passed=True, text=f"signature takes {len(papers.inputs)} of the declared features")


def _declared_tags(model: Model, tags: Mapping[str, str]) -> list[Check]:
    """Owner, licence and personal data, compared with the declaration."""
    declared = {
        "owner": model.owner,
        "licence": model.licence,
        "contains_personal_data": str(model.contains_personal_data).lower(),
    }
    return [
        Check(
            passed=bool(wanted) and tags.get(name) == wanted,
            text=f"{name} is {tags.get(name) or 'missing'}"
            + ("" if wanted and tags.get(name) == wanted else f", {wanted or 'a value'} is declared"),
        )
        for name, wanted in declared.items()
    ]


def _lineage(tags: Mapping[str, str], source_catalog: str) -> Check:
    try:
        lineage = read_lineage("the version", tags)
    except LineageError as error:
        return Check(passed=False, text=str(error))
    if lineage.source_catalog != source_catalog:
        return Check(
            passed=False, text=f"it was trained on catalog {lineage.source_catalog}; this run reads {source_catalog}"
        )
    return Check(
        passed=True,
        text=f"trained on {lineage.feature_table}@{lineage.feature_table_version} and "
        f"{lineage.outcome_table}@{lineage.outcome_table_version}",
    )


def _commit(tags: Mapping[str, str]) -> Check:
    commit = tags.get("git_commit", "")
    known = bool(_COMMIT.fullmatch(commit))
    return Check(passed=known, text=f"git commit {commit or 'missing'} is {'known' if known else 'not a known commit'}")


def _environment(requirements: Sequence[str]) -> Check:
    loose = [line for line in requirements if not _PINNED.fullmatch(line)]
    if not requirements or loose:
        return Check(passed=False, text=f"environment is not pinned: {', '.join(loose) or 'no requirements'}")
    return Check(passed=True, text=f"environment is pinned ({len(requirements)} packages)")


def _measured(model: Model, gate: ComplianceGate, found: HoldoutSigns | str) -> list[Check]:
    """The checks that need scored hold-out rows."""
    if isinstance(found, str):
        return [Check(passed=False, text=f"the hold-out could not be measured: {found}")]
    return [*leak_checks(found.leaks, gate.leaks), *_groups(model.fairness_groups, found.groups)]


def _groups(attributes: Sequence[str], groups: Sequence[GroupFindings]) -> list[Check]:
    """The checks of every declared attribute. An attribute that was not measured does not pass."""
    found = {group.attribute: group.checks for group in groups}
    unmeasured = {
        name: (Check(passed=False, text=f"the treatment of groups by {name} was not measured"),) for name in attributes
    }
    return [check for name in attributes for check in (unmeasured | found)[name]]
