"""Principals that masks and row filters exempt, and principals that declared SQL treats differently.

A mask only restricts, so it gives nobody a row. An exempt principal sees the masked data if it has grants on the table.
"""

import re
from collections.abc import Iterator

from policies import rights
from policies.access.model import Key
from policies.access.privileges import CLEAR_VALUES, NAMED_IN_SQL
from policies.access.securables import UNITY
from policies.access.stacks import Resource, Stack
from policies.access.unknown import is_unknown, marked, texts, told

# The statements of a view and of a function.
_SQL = ("view_definition", "routine_definition")
_MEMBER = re.compile(r"\b(?:is_account_group_member|is_member)\s*\(\s*([^)]*)\)", re.IGNORECASE)
_CALLER = r"(?:\b(?:current_user|session_user)\b(?:\s*\(\s*\))?|\buser\s*\(\s*\))"
_TEXT = r"'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.)*\""
_IS = re.compile(rf"{_CALLER}\s*(?:==?|<>|!=|<=>)\s*({_TEXT})", re.IGNORECASE)
_IS_TURNED = re.compile(rf"({_TEXT})\s*(?:==?|<>|!=|<=>)\s*{_CALLER}", re.IGNORECASE)
_IN = re.compile(rf"{_CALLER}\s*(?:not\s+)?in\s*\(((?:\s*(?:{_TEXT})\s*,?)+)\)", re.IGNORECASE)
_ANY_CALLER = re.compile(_CALLER, re.IGNORECASE)
_LITERAL = re.compile(_TEXT)
_COMMENT = re.compile(rf"({_TEXT})|--[^\n]*|/\*.*?\*/", re.DOTALL)
# Principal, privilege, securable.
Given = Iterator[tuple[str, str, Key]]


def policy(_: Stack, item: Resource) -> Given:
    """The principals that a policy exempts by name; and everyone that it does not cover, if it does not cover all."""
    place = told(item.values.get("on_securable_fullname"))
    key = Key(kind="mask", name=f"{place if is_unknown(place) else place.replace('`', '').lower()}/{told(item.name)}")
    for principal in texts(item.values.get("except_principals")):
        yield principal, CLEAR_VALUES, key
    masked = texts(item.values.get("to_principals"))
    if not any(rights.principal(name) == rights.ACCOUNT_USERS for name in masked):
        yield marked(f"everybody but {', '.join(masked) or 'those whom it does not name'}"), CLEAR_VALUES, key


def conditions(_: Stack, item: Resource) -> Given:
    """The groups and people that the SQL of a view or a function checks, whether to allow or to refuse them."""
    key = Key(kind=f"{UNITY[item.type]} condition", name=told(item.name).lower())
    sql = " ".join(str(item.values[name]) for name in _SQL if item.values.get(name))
    for name in dict.fromkeys(_named(_COMMENT.sub(lambda found: found[1] or " ", sql))):
        yield name, NAMED_IN_SQL, key


def _named(sql: str) -> Iterator[str]:
    """Names in texts; names that the SQL looks up or computes are unknown."""
    for argument in _MEMBER.findall(sql):
        text = argument.strip()
        yield told(_unquoted(text)) if _LITERAL.fullmatch(text) else marked(f"a group: {text}")
    for compared in (_IS, _IS_TURNED, _IN):
        for match in compared.findall(sql):
            yield from (told(_unquoted(text)) for text in _LITERAL.findall(match))
        sql = compared.sub(" ", sql)
    rest = _LITERAL.sub(" ", sql)
    if _ANY_CALLER.search(rest):
        yield marked("whom it looks up by the current user")
    if "${" in rest:
        yield marked("whom an expression in it names")


def _unquoted(text: str) -> str:
    return text[1:-1].replace("''", "'") if text.startswith("'") else text[1:-1]


READERS = {
    "databricks_function": conditions,
    "databricks_policy_info": policy,
    "databricks_sql_table": conditions,
}
