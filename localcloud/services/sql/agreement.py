"""Whether Spark parses a statement as it was parsed here: Spark's plan shows which relations it would touch. Pure.

Two parsers of one language differ somewhere (a comment that goes on after a backslash, a form that one of them
lacks). What was not seen here was not checked, so a statement that Spark reads otherwise does not run.
"""

import re
from collections.abc import Collection

from localcloud.kernel.errors import ApiError
from localcloud.services.sql.reading import REFUSED_FUNCTIONS, TABLE_FUNCTIONS

_PARSED = "== Parsed Logical Plan =="
_WRITES = "[__required_write_privileges__"
# A relation of two names or more that is none of those that were put in. One name alone reaches no stored table.
_NAMING = "Relation|Table|View|TableOrView|Identifier|Namespace|FunctionName|Procedure"
_OTHER = re.compile(rf"Unresolved(?:{_NAMING}) \[(?P<name>[^\],]+, [^\n]*?)\]")
_FUNCTION = re.compile(rf"'(?P<name>{'|'.join(sorted(REFUSED_FUNCTIONS))})\(", re.I)
_TABLE_FUNCTION = re.compile(r"UnresolvedTableValuedFunction \[(?P<name>[^\]]+)\]")
_ACTIONS = re.compile(r"InsertIntoDir|ScriptTransformation|ScriptInputOutputSchema")


def require(plan: str, locations: Collection[str], target: str | None) -> None:
    """Raise `ApiError` 400 unless `plan` (EXPLAIN EXTENDED) reads only `locations` and writes only `target`."""
    if not plan.startswith(_PARSED):
        message = plan.removeprefix("Error occurred during query planning:").strip()
        raise ApiError(400, "BAD_REQUEST", message.split("\n", maxsplit=1)[0] or "The statement cannot be planned.")
    if target is not None:
        plan = plan.replace(f"[delta, {target}], {_WRITES}", "[]")
    if _WRITES in plan:
        raise _differs("it changes a table that was not seen as its target")
    for location in sorted(locations, key=len, reverse=True):
        plan = plan.replace(f"[delta, {location}]", "[]")
    if other := _OTHER.search(plan):
        raise _differs(f"it reads {other['name'].replace(', ', '.')}, which was not seen as a table")
    if function := _FUNCTION.search(plan):
        raise _differs(f"it calls {function['name']}")
    if unknown := [m["name"] for m in _TABLE_FUNCTION.finditer(plan) if m["name"].lower() not in TABLE_FUNCTIONS]:
        raise _differs(f"it calls {unknown[0]}")
    if action := _ACTIONS.search(plan):
        raise _differs(f"it has {action[0]}")


def _differs(how: str) -> ApiError:
    return ApiError(400, "PARSE_SYNTAX_ERROR", f"Spark reads the statement otherwise than it was checked: {how}.")
