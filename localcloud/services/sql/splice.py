"""A statement over locations: its own text, with table names replaced by locations. Pure."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from localcloud.services.sql.reading import Reference, Statement
from localcloud.services.unity import past

_NO_VIEWS: Mapping[str, Callable[[str], str]] = MappingProxyType({})


def over(
    statement: Statement, locate: Callable[[str], str], views: Mapping[str, Callable[[str], str]] = _NO_VIEWS
) -> str:
    """The statement with every table named by its location, ``delta.`<locate(full name)>` ``.

    A table in `views` is read through the query that its function makes of that location. Raises `ApiError` 400 for
    one of these as of an earlier version.
    """
    edits = [(q.first, q.past, _quoted(q.alias)) for q in statement.qualifiers]
    for reference in statement.references:
        edits += _edits(reference, f"delta.{_quoted(locate(reference.name))}", views.get(reference.name))
    text = statement.text
    # From the end, so that the places before an edit stay as they are.
    for first, end, new in sorted(edits, reverse=True):
        text = text[:first] + new + text[end:]
    return text


def _edits(reference: Reference, source: str, view: Callable[[str], str] | None) -> list[tuple[int, int, str]]:
    if view is not None and reference.dated:
        raise past.refused(reference.name, past.VERSION, dedicated=False)
    named = source if view is None else f"({view(source)})"
    edits = [(reference.first, reference.past, reference.before + named)]
    if reference.alias_at is not None:
        edits.append((reference.alias_at, reference.alias_at, f" AS {_quoted(reference.alias)}"))
    return edits


def _quoted(name: str) -> str:
    return f"`{name.replace('`', '``')}`"
