"""A review as one Markdown comment: the decision comes first, long lists are folded, and omissions are mentioned.

A comment starts with a marker that names its stack, so that a pipeline replaces it instead of adding another.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policies.review.changes.differences import Difference
from policies.review.changes.losses import Loss
from policies.review.comment.places import Place
from policies.review.comment.text import cell, code, codes, plain
from policies.review.costs.cost import Cost
from policies.review.costs.estimates import BY_USE
from policies.review.decision.rules import Verdict
from policies.review.review import Changed, Review, Told
from policies.terraform.change import Action

# GitHub accepts 65,536 characters, Azure DevOps 150,000.
MOST_BYTES = 60_000
_REACH_SHOWN = 40


@dataclass(frozen=True, kw_only=True)
class _Section:
    """A heading, with one line per item. `folded` sections open on a click; `table` starts with its column names."""

    title: str
    lines: Sequence[str]
    columns: tuple[str, ...] = ()
    folded: bool = False


def comment(review: Review, *, most_bytes: int = MOST_BYTES) -> str:
    """The comment on one stack; empty if there is nothing to report. Never longer than `most_bytes` in UTF-8."""
    if not review.says_something:
        return ""
    text = "\n".join(_head(review)) + "\n"
    footer = "\n".join(_foot(review)) + "\n"
    left = most_bytes - _size(text) - _size(footer)
    for section in _sections(review):
        shown = _section(section, left)
        text += shown
        left -= _size(shown)
    return text + footer


def marker(stack: str) -> str:
    """The first line of a stack's comment, by which a pipeline finds it again."""
    safe = "".join(character if character.isalnum() or character in "-_." else "_" for character in stack)
    return f"<!-- mlops-review: {safe[:80].replace('--', '__')} -->"


def _head(review: Review) -> Iterator[str]:
    decision = review.decision
    verdicts = {
        Verdict.PASS: "pass",
        Verdict.APPROVAL: f"needs approval by {codes(decision.by)}",
        Verdict.BLOCK: "**blocked**",
    }
    yield marker(review.stack)
    yield f"## {code(review.stack)}: {verdicts[decision.verdict]}"
    yield ""
    counts = ", ".join(f"{number} to {action}" for action, number in review.counts.items())
    yield f"**{counts or 'no resource changes'}**{_outputs(review)}"
    yield ""
    for hit in decision.hits:
        yield f"- **{hit.verdict}** ({plain(hit.rule)}): {plain(hit.because)} {codes(hit.what, most=4)}"
    yield from (f"- **note**: {plain(note)}" for note in review.notes)


def _outputs(review: Review) -> str:
    return f"; outputs that change: {codes(review.outputs)}" if review.outputs else ""


def _sections(review: Review) -> Iterator[_Section]:
    yield _Section(
        title="Destroyed, replaced or forgotten",
        columns=("", "resource", "what is lost", "because"),
        lines=[
            f"| {loss.action} | {_called(loss)} | {'**data**: ' if loss.data else ''}"
            f"{plain(loss.lost)} | {_because(loss.forced_by, loss.reason)} |"
            for loss in review.losses
        ],
    )
    yield _Section(title="Who gains and loses access", lines=list(_grants(review)))
    yield _Section(
        title="Policy findings on what changes",
        columns=("severity", "result", "policy", "resource", "reason"),
        lines=[
            f"| {plain(item.severity)} | {plain(item.result)} | {cell(item.rule)} | {_written(item)} "
            f"| {cell(item.reason)} |"
            for item in review.findings
        ],
    )
    yield _Section(title="Cost", lines=list(_cost(review.cost)))
    yield _Section(title="Drift: changed outside Terraform", lines=list(_drift(review)))
    yield _Section(title="Used by", lines=list(_reach(review)), folded=len(review.reach) > 5)
    yield _Section(title="All changes", lines=list(_changes(review.changes)), folded=True)


def _written(finding: Told) -> str:
    """The resource, and its source lines: as links, if the repository has an address."""
    places = [_place(one) for one in finding.places]
    return f"{cell(finding.address)}{' in ' if places else ''}{', '.join(places)}"


def _place(place: Place) -> str:
    text = cell(f"{place.path}:{place.line}")
    return f"[{text}]({place.url})" if place.url else text


def _called(loss: Loss) -> str:
    named = "" if loss.name == loss.address else f" {cell(loss.name)}"
    old = f" (deposed object {cell(loss.deposed)}, beside the current one)" if loss.deposed else ""
    return f"{cell(loss.address)}{named}{old}"


def _because(forced_by: Sequence[str], reason: str) -> str:
    forced = f"{codes(list(forced_by))} cannot be changed in place".replace("|", "\\|") if forced_by else ""
    return "; ".join(part for part in (forced, plain(reason)) if part)


def _grants(review: Review) -> Iterator[str]:
    for change in review.grants:
        parts = [
            f"**{verb}** {codes(privileges)}"
            for verb, privileges in (("gains", change.gains), ("loses", change.loses))
            if privileges
        ]
        where = f"{plain(change.kind)} {code(change.securable)}"
        by_hand = f"; {codes(change.outside)} was granted outside Terraform" if change.outside else ""
        yield f"- {code(change.principal)} {' and '.join(parts)} on {where} ({code(change.address)}){by_hand}"


def _cost(cost: Cost) -> Iterator[str]:
    if not cost.items:
        return
    yield f"{money(cost.low, cost.high)} {cost.currency} a month, at list prices of {cost.as_of} in {cost.region}."
    yield ""
    by_use = [item.address for item in cost.items if item.unknown == (BY_USE,)]
    if by_use:
        yield f"- unknown, because billed by use: {codes(by_use)}"
    for item in (item for item in cost.items if item.unknown != (BY_USE,)):
        known = f" {money(item.low, item.high)}" if item.low or item.high else ""
        unknown = f" unknown: {code(', '.join(item.unknown))}" if item.unknown else ""
        yield f"- {code(item.address)}:{known}{';' if known and unknown else ''}{unknown}"


def money(low: float, high: float) -> str:
    """A difference as a range, or one number if both ends round to it."""
    return f"{low:+,.0f}" if round(low) == round(high) else f"{low:+,.0f} to {high:+,.0f}"


def _drift(review: Review) -> Iterator[str]:
    for item in review.drift:
        fate = "this plan changes it back" if item.undone else "this plan leaves it"
        yield f"- {code(item.address)} ({item.action}): {fate}"
        yield from map(_difference, item.differences)


def _reach(review: Review) -> Iterator[str]:
    for reach in review.reach[:_REACH_SHOWN]:
        users = (("jobs", reach.users.jobs), ("endpoints", reach.users.endpoints), ("for", reach.users.principals))
        parts = [f"{word} {codes(names)}" for word, names in users if names]
        parts += [f"and {codes(reach.others, most=6)}"] if reach.others else []
        yield f"- {code(reach.address)}: {'; '.join(parts)}"
    if len(review.reach) > _REACH_SHOWN:
        yield f"- and {len(review.reach) - _REACH_SHOWN} more"


def _changes(changes: Sequence[Changed]) -> Iterator[str]:
    for change in changes:
        told = [change.action.value] if change.action is not Action.NO_OP else []
        told += ["imported"] if change.imported else []
        told += [f"deposed object {code(change.deposed)} of"] if change.deposed else []
        told += [f"moved from {code(change.moved_from)}"] if change.moved_from else []
        yield f"- {', '.join(told)} {code(change.address)}"
        yield from map(_difference, change.differences)


def _difference(difference: Difference) -> str:
    before, after = (code(text) if text else "nothing" for text in (difference.before, difference.after))
    return f"  - {code(difference.path)}: {before} → {after}"


def _foot(review: Review) -> Iterator[str]:
    yield ""
    version = f"Terraform {code(review.terraform_version)}; " if review.terraform_version else ""
    yield f"{version}rules: policies/review/decision/rules.yaml; whole review: mlops review --format json"


def _section(section: _Section, most_bytes: int) -> str:
    """A section in at most `most_bytes`; empty without lines. Omitted lines are counted."""
    if not section.lines:
        return ""
    count = sum(not line.startswith(("  ", "\n")) and bool(line) for line in section.lines)
    heading = f"{section.title} ({count})" if section.columns or section.folded else section.title
    opening = f"\n<details><summary>{heading}</summary>\n\n" if section.folded else f"\n### {heading}\n\n"
    if section.columns:
        opening += f"| {' | '.join(section.columns)} |\n|{' --- |' * len(section.columns)}\n"
    closing = "\n</details>\n" if section.folded else ""
    room = most_bytes - _size(opening) - _size(closing) - _LEFT_OUT
    return opening + _lines(section.lines, room) + closing if room > 0 else _nothing(section, most_bytes)


_LEFT_OUT = 120


def _lines(lines: Sequence[str], room: int) -> str:
    for position, line in enumerate(lines):
        room -= _size(line) + 1
        if room < 0:
            left_out = f"**{len(lines) - position} more lines do not fit here**: mlops review --format json"
            return "\n".join([*lines[:position], "", left_out, ""])
    return "\n".join([*lines, ""])


def _nothing(section: _Section, most_bytes: int) -> str:
    told = f"\n**{section.title}** does not fit here: mlops review --format json\n"
    return told if _size(told) <= most_bytes else ""


def _size(text: str) -> int:
    return len(text.encode("utf-8"))
