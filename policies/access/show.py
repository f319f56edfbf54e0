"""The access matrix as CSV, and as one HTML page without scripts."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from policies.access.answers import Holding
from policies.access.invariants import Violation
from policies.access.model import Key

COLUMNS = ("principal", "principal_kind", "securable_kind", "securable", "privilege", "workspaces", "through", "why")
# A spreadsheet would execute text that begins with these.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")

_STYLE = """
body { font: 14px/1.4 system-ui, sans-serif; margin: 2rem; color: #1b1f24; }
table { border-collapse: collapse; margin: 1rem 0 2rem; }
th, td { border: 1px solid #d0d7de; padding: .25rem .5rem; vertical-align: top; text-align: left; }
thead th { position: sticky; top: 0; background: #f6f8fa; }
td { font-size: 12px; }
.broken { color: #b00020; }
details summary { cursor: pointer; }
"""


def as_row(holding: Holding) -> dict[str, str]:
    """One row of the matrix, flat. Grain: principal, securable and privilege."""
    return {
        "principal": holding.principal,
        "principal_kind": holding.principal_kind,
        "securable_kind": holding.key.kind,
        "securable": holding.key.name,
        "privilege": holding.privilege,
        "workspaces": " ".join(holding.workspaces),
        "through": holding.through,
        "why": " | ".join(holding.why),
    }


def as_csv(matrix: Iterable[Holding]) -> str:
    """The matrix as CSV with a header, one row per principal, securable and privilege."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in as_row(holding).items()} for holding in matrix)
    return text.getvalue()


def _cell(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULAS) else value


def as_html(matrix: Sequence[Holding], broken: Sequence[Violation]) -> str:
    """One page: broken invariants, then a table per kind of securable, with principals across and securables down."""
    kinds = list(dict.fromkeys(holding.key.kind for holding in matrix))
    tables = [_table(kind, [holding for holding in matrix if holding.key.kind == kind]) for kind in kinds]
    return (
        "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'><title>Access matrix</title>"
        f"<style>{_STYLE}</style></head><body>\n<h1>Who may do what</h1>\n"
        f"<p>{len(matrix):,} privileges, computed from the synthesized stacks. Open a cell for why.</p>\n"
        f"{_broken(broken)}{''.join(tables)}</body></html>\n"
    )


def _broken(broken: Sequence[Violation]) -> str:
    if not broken:
        return "<p>Every declared invariant holds.</p>\n"
    items = "".join(f"<li>{escape(item.invariant)}: {escape(item.what)}</li>" for item in broken)
    return f"<h2 class='broken'>Broken invariants</h2>\n<ul class='broken'>{items}</ul>\n"


def _table(kind: str, rows: Sequence[Holding]) -> str:
    principals = sorted({row.principal for row in rows})
    cells: dict[tuple[Key, str], list[Holding]] = {}
    for row in rows:
        cells.setdefault((row.key, row.principal), []).append(row)
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in principals)
    body = "".join(_line(key, principals, cells) for key in sorted({row.key for row in rows}))
    return (
        f"<h2>{escape(kind.replace('_', ' ').capitalize())}</h2>\n<table><thead><tr><th></th>{head}</tr></thead>\n"
        f"<tbody>{body}</tbody></table>\n"
    )


def _line(key: Key, principals: Sequence[str], cells: Mapping[tuple[Key, str], Sequence[Holding]]) -> str:
    columns = "".join(f"<td>{_held(cells.get((key, principal), ()))}</td>" for principal in principals)
    return f"<tr><th scope='row'>{escape(key.name)}</th>{columns}</tr>\n"


def _privilege(holding: Holding) -> str:
    return f"{holding.privilege} as {holding.through}" if holding.through else holding.privilege


def _held(holdings: Sequence[Holding]) -> str:
    if not holdings:
        return ""
    names = escape(", ".join(_privilege(holding) for holding in holdings))
    # The first privilege's chain explains how the principal gets in; the others differ only in their last step.
    reasons = "".join(f"<li>{escape(holding.why[-1])}</li>" for holding in holdings)
    places = holdings[0].workspaces
    where = f"from {escape(', '.join(places))}" if places else ""
    return f"<details><summary>{names}</summary>{where}<ul>{reasons}</ul></details>"
