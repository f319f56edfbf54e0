"""The words of a statement with their positions, and a spelling of it that the parser understands. Pure.

All places are offsets into the text as it was given.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot import TokenType
from sqlglot.errors import SqlglotError

from localcloud.kernel.errors import ApiError

DIALECT = "databricks"
# A name's part, and a name of up to four parts, in a regular expression.
PART = r"(?:`(?:[^`]|``)+`|\w+)"
NAME = rf"{PART}(?:\s*\.\s*{PART}){{0,3}}"
# After these words, or at the beginning, a query may begin; `TABLE t` is one.
_BEFORE_A_QUERY = frozenset({"(", "UNION", "EXCEPT", "MINUS", "INTERSECT", "ALL", "DISTINCT", "AS"})
_VERSION_WORDS = {
    "SYSTEM_VERSION": "VERSION",
    "SYSTEM_TIME": "TIMESTAMP",
    "VERSION": "VERSION",
    "TIMESTAMP": "TIMESTAMP",
}
# What may follow `TIMESTAMP AS OF <expression>`: it ends there.
_AFTER_A_TIME = frozenset(
    {"AS", "WHERE", "GROUP", "HAVING", "ORDER", "SORT", "CLUSTER", "DISTRIBUTE", "LIMIT", "OFFSET", "WINDOW", "QUALIFY"}
    | {"JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "SEMI", "ANTI", "NATURAL", "LATERAL", "ON", "USING", "WHEN"}
    | {"UNION", "EXCEPT", "MINUS", "INTERSECT", "PIVOT", "UNPIVOT", "TABLESAMPLE", "SELECT", ")", ",", ";", "|>"}
)


@dataclass(frozen=True)
class Word:
    """One token: its text in upper case (empty for a string or a quoted name), from `first` to before `past`."""

    text: str
    first: int
    past: int


def words(text: str) -> tuple[Word, ...]:
    """The tokens of `text` without comments. Raises `ApiError` 400 for a text without any."""
    try:
        tokens = sqlglot.tokenize(text, read=DIALECT)
    except SqlglotError as error:
        message = str(error).splitlines()[0]
        raise ApiError(400, "PARSE_SYNTAX_ERROR", f"The statement cannot be parsed: {message}") from error
    quoted = {TokenType.STRING, TokenType.RAW_STRING, TokenType.IDENTIFIER}
    return tuple(
        Word("" if token.token_type in quoted else token.text.upper(), token.start, token.end + 1) for token in tokens
    )


def readable(text: str, found: Sequence[Word]) -> str:
    """`text` with all words in place, except for forms that only Spark supports, which are rewritten.

    `TABLE t` as a query, the function `window(…)`, `WITH SCHEMA EVOLUTION`, and `FOR SYSTEM_VERSION AS OF`.
    """
    letters = list(text)
    for at, word in enumerate(found):
        following = [each.text for each in found[at + 1 : at + 4]]
        if word.text == "WITH" and following[:2] == ["SCHEMA", "EVOLUTION"]:
            _write(letters, word.first, found[at + 2].past, "")
        elif word.text == "FOR" and following[:1] and following[0] in _VERSION_WORDS and following[1:] == ["AS", "OF"]:
            _write(letters, word.first, found[at + 1].past, _VERSION_WORDS[following[0]])
        elif word.text == "WINDOW" and following[:1] == ["("]:
            _write(letters, word.first, word.past, "WINDO_")
        elif word.text == "TABLE" and _begins_a_query(found, at):
            _write(letters, word.first, word.past, "FROM")
    return "".join(letters)


def alias_place(found: Sequence[Word], name_past: int) -> int:
    """The position for the alias of a table whose name ends before `name_past`: after its version and sample."""
    at = next((i for i, word in enumerate(found) if word.first >= name_past), len(found))
    at = _past_version(found, at)
    if _text(found, at) == "TABLESAMPLE":
        at = _past_brackets(found, at + 1)
        if _text(found, at) == "REPEATABLE":
            at = _past_brackets(found, at + 1)
    return found[at - 1].past


def _write(letters: list[str], first: int, past: int, word: str) -> None:
    letters[first:past] = word.ljust(past - first)


def _begins_a_query(found: Sequence[Word], at: int) -> bool:
    """Whether the word TABLE at `at` is a query, and not `INTO TABLE t` or a column."""
    before = found[at - 1].text if at else ""
    inserted = before not in ("INTO", "OVERWRITE", ".") and any(word.text == "INSERT" for word in found[:at])
    return at == 0 or inserted or before in _BEFORE_A_QUERY


def _text(found: Sequence[Word], at: int) -> str:
    return found[at].text if at < len(found) else ""


def _past_version(found: Sequence[Word], at: int) -> int:
    if _text(found, at) == "FOR":
        at += 1
    if _text(found, at) not in _VERSION_WORDS or _text(found, at + 1) != "AS":
        return at
    at += 3
    if _VERSION_WORDS[found[at - 3].text] == "VERSION":
        return at + 1
    depth = 0
    while at < len(found):
        text = found[at].text
        if depth == 0 and text in _AFTER_A_TIME and not (text in ("LEFT", "RIGHT") and _text(found, at + 1) == "("):
            break
        depth += {"(": 1, ")": -1}.get(text, 0)
        at += 1
    return at


def _past_brackets(found: Sequence[Word], at: int) -> int:
    depth = 0
    while at < len(found):
        depth += {"(": 1, ")": -1}.get(found[at].text, 0)
        at += 1
        if depth == 0:
            break
    return at
