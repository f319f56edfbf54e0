"""The content of a dashboard's document: its panels in order, each with its query. Pure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cli.errors import CommandError

_SHOWN = ("line", "bar", "table")


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One chart or table. For a chart, `columns` are those of x, y and colour; for a table, all that it shows."""

    title: str
    kind: Literal["line", "bar", "table"]
    query: str
    columns: tuple[str, ...]


def panels(serialized: str) -> tuple[Panel, ...]:
    """The panels of all pages, from top to bottom.

    Raises CommandError for an invalid document, and for a widget of a kind that is not supported here.
    """
    try:
        document = json.loads(serialized)
        queries = {each["name"]: "".join(each["queryLines"]) for each in document["datasets"]}
        found = [entry for page in document["pages"] for entry in _in_order(page["layout"])]
        return tuple(_panel(entry["widget"], queries) for entry in found)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise CommandError(f"the dashboard's document cannot be read: {type(error).__name__}: {error}") from error


def _in_order(layout: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    yield from sorted(layout, key=lambda entry: (entry["position"]["y"], entry["position"]["x"]))


def _panel(widget: Mapping[str, Any], queries: Mapping[str, str]) -> Panel:
    spec = widget["spec"]
    kind, drawn = spec["widgetType"], spec["encodings"]
    if kind not in _SHOWN:
        raise CommandError(
            f"widget {widget['name']!r} is a {kind}, which is not supported here: use {', '.join(_SHOWN)}"
        )
    if kind == "table":
        columns = tuple(column["fieldName"] for column in drawn["columns"])
    else:
        columns = tuple(drawn[part]["fieldName"] for part in ("x", "y", "color"))
    [query] = widget["queries"]
    title = spec.get("frame", {}).get("title") or widget["name"]
    return Panel(title=title, kind=kind, query=queries[query["query"]["datasetName"]], columns=columns)
