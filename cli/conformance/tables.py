"""Results of the real providers, in Markdown: a row per stack, and a row per resource type."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from cli.conformance.check import Row
from cli.conformance.plans import UPDATED
from cli.conformance.stacks import DOCUMENT


def tables(rows: Sequence[Row]) -> str:
    """Stacks, types, and at the end Terraform's output for the stacks that did not pass."""
    passed = sum(row.passed for row in rows)
    said = [f"\n{row.stack.name}:\n{text}" for row in rows for text in row.said]
    lines = [*_stacks(rows), "", *_types(rows), f"\n{passed} of {len(rows)} stacks conform."]
    return "\n".join([*lines, *said])


def _stacks(rows: Sequence[Row]) -> Iterator[str]:
    yield "| stack | resources | apply | second plan | update | plan after it | destroy |"
    yield "|---|---|---|---|---|---|---|"
    for row in rows:
        results = (row.applied, row.planned, row.updated, row.replanned, row.destroyed)
        yield f"| {row.stack.name} | {row.stack.resources} | {' | '.join(results)} |"


def _types(rows: Sequence[Row]) -> Iterator[str]:
    """A type's result covers every stack that has it: the worst one counts."""
    stacks: defaultdict[str, list[Row]] = defaultdict(list)
    counts: Counter[str] = Counter()
    for row in rows:
        document = json.loads((row.stack.folder / DOCUMENT).read_text(encoding="utf-8"))
        for type_, by_name in document.get("resource", {}).items():
            stacks[type_].append(row)
            counts[type_] += len(by_name)
    yield "| type | resources | apply | second plan | updated in place | plan after it | destroy |"
    yield "|---|---|---|---|---|---|---|"
    for type_, having in sorted(stacks.items()):
        before = [_worst(getattr(row, name) for row in having) for name in ("applied", "planned")]
        after = [_worst(getattr(row, name) for row in having) for name in ("replanned", "destroyed")]
        yield f"| {type_} | {counts[type_]} | {' | '.join([*before, _updated(type_, having), *after])} |"


def _updated(type_: str, rows: Sequence[Row]) -> str:
    """The arguments that were updated in place, or what happened to them instead; `-` for a type without any."""
    found = [each for row in rows for each in row.updates if each.type == type_]
    other = sorted({each.outcome for each in found if not each.passed and each.outcome != UPDATED})
    arguments = sorted({argument for each in found for argument in each.arguments})
    return ", ".join(arguments) + (f": {', '.join(other)}" if other else "") or "-"


def _worst(results: Iterator[str]) -> str:
    found = set(results)
    return next(result for result in ("failed", "changes", "-", "ok") if result in found)
