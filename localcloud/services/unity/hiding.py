"""Column masks and row filters: a caller's view of a table whose column tags match policies.

Source: Azure Databricks, "Row filter and column mask policies". In short: a policy holds for the tables below what it
is set on, for the principals it names but not those it excepts; it acts on the columns whose tags meet its condition.
What cannot be told (a function that is gone, two masks on one column) refuses the table rather than show it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import denied
from localcloud.kernel.identity import Caller
from localcloud.kernel.store import Document, Store

FUNCTION, POLICY, TAG = "function", "hiding_policy", "column_tag"
# Functions of another type, which policies cannot call.
FEATURE_SPEC = "feature_spec"
MASK, FILTER = "POLICY_TYPE_COLUMN_MASK", "POLICY_TYPE_ROW_FILTER"
CONDITION = re.compile(r"hasTagValue\('(?P<key>\w+)', *'(?P<value>\w+)'\)")
_EVERYBODY = frozenset({"account users"})
_DIALECT = "databricks"


@dataclass(frozen=True, kw_only=True)
class View:
    """A table as one caller sees it: all columns, `masks` by column, and the conditions for rows."""

    columns: tuple[str, ...]
    masks: Mapping[str, str]
    conditions: tuple[str, ...]

    def query(self, source: str) -> str:
        """The SELECT for this view. `source` is the table in Spark's spelling."""
        shown = ", ".join(
            f"{self.masks[name]} AS {_quoted(name)}" if name in self.masks else _quoted(name) for name in self.columns
        )
        where = " AND ".join(f"({condition})" for condition in self.conditions)
        return f"SELECT {shown} FROM {source}" + (f" WHERE {where}" if where else "")


def view(cloud: Cloud, caller: Caller, table: Document) -> View | None:
    """The view of `table` for `caller`; None if nothing is hidden. Raises `ApiError` 403 if that cannot be decided."""
    types = {column["name"]: column["type_text"] for column in table.get("columns", [])}
    tagged = {column: cloud.store.get(TAG, f"{table['full_name']}.{column}") or {} for column in types}
    masks: dict[str, str] = {}
    conditions: list[str] = []
    for policy in _policies(cloud.store, caller, table["full_name"]):
        for column in _matched(policy, tagged):
            if policy["policy_type"] == FILTER:
                conditions.append(_call(cloud.store, policy["row_filter"]["function_name"], column))
                continue
            if column in masks:
                raise denied(f"Column '{column}' of '{table['full_name']}' has two masks: except the caller from one.")
            masked = _call(cloud.store, policy["column_mask"]["function_name"], column)
            masks[column] = f"CAST({masked} AS {types[column]})"
    if not masks and not conditions:
        return None
    return View(columns=tuple(types), masks=masks, conditions=tuple(conditions))


def forget(store: Store, full_name: str) -> None:
    """Delete the functions and policies of a deleted schema, and the tags on a deleted table's columns."""
    for kind in (FUNCTION, FEATURE_SPEC, POLICY, TAG):
        for document in store.all(kind):
            if document["_below"] == full_name:
                store.delete(kind, document["_key"])


def _policies(store: Store, caller: Caller, table: str) -> Iterable[Document]:
    identities = caller.identities | _EVERYBODY
    for policy in store.all(POLICY):
        covers = f"{table}.".startswith(f"{policy['on_securable_fullname']}.")
        excepted = identities & set(policy.get("except_principals") or ())
        if covers and identities & set(policy["to_principals"]) and not excepted:
            yield policy


def _matched(policy: Document, tagged: Mapping[str, Document]) -> list[str]:
    found = CONDITION.fullmatch(policy["match_columns"][0]["condition"])
    wanted = (found["key"], found["value"]) if found else None
    return [column for column, tags in tagged.items() if wanted in tags.get("tags", {}).items()]


def _call(store: Store, name: str, column: str) -> str:
    """The body of the function `name` as declared, with `column` in place of its parameter."""
    function = store.get(FUNCTION, name)
    if function is None:
        raise denied(f"The policy's function '{name}' does not exist: what it hides is shown to nobody it concerns.")
    [parameter] = function["input_params"]["parameters"]
    return _with_argument(function["routine_definition"], parameter["name"], _quoted(column))


def _with_argument(body: str, parameter: str, argument: str) -> str:
    tree = sqlglot.parse_one(body, read=_DIALECT)
    named = [node.this for node in tree.find_all(exp.Column) if node.name == parameter]
    # From the end, so that the places before one stay as they are. A comment at the end must not go on.
    for place in sorted((name.meta for name in named), key=lambda meta: -int(meta["start"])):
        body = body[: place["start"]] + argument + body[place["end"] + 1 :]
    return f"{body}\n" if "--" in body else body


def _quoted(name: str) -> str:
    return f"`{name.replace('`', '``')}`"
