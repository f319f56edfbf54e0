"""An AI/BI dashboard: charts and tables of declared queries, one below the other."""

import json
from dataclasses import dataclass
from typing import Any

from infra.cdktf_seam import Scope, databricks
from infra.constructs.workspace.permissions import Permission, permissions

# The canvas is six columns wide; a panel takes all of them.
_WIDTH, _HEIGHT = 6, 6


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A line per value of `colour` over `x`, from the rows of `query`; with `bars`, stacked bars."""

    name: str
    title: str
    query: str
    x: str
    y: str
    colour: str
    bars: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns of `query` that it draws."""
        return self.x, self.y, self.colour

    def spec(self) -> dict[str, Any]:
        """The widget's kind, and its encodings."""
        encodings = {
            "x": _drawn(self.x, "temporal"),
            "y": _drawn(self.y, "quantitative"),
            "color": _drawn(self.colour, "categorical"),
        }
        return {"version": 3, "widgetType": "bar" if self.bars else "line", "encodings": encodings}


@dataclass(frozen=True, kw_only=True)
class Grid:
    """The rows of `query` as a table of these columns."""

    name: str
    title: str
    query: str
    fields: tuple[str, ...]

    def spec(self) -> dict[str, Any]:
        """The widget's kind, and its columns in order. In version 1 each column also has its type and its format."""
        columns = [{"fieldName": name, "displayName": name.replace("_", " ")} for name in self.fields]
        return {"version": 2, "widgetType": "table", "encodings": {"columns": columns}}


Panel = Chart | Grid


@dataclass(frozen=True, kw_only=True)
class DashboardProps:
    """`parent_path` must exist first."""

    name: str
    panels: tuple[Panel, ...]
    warehouse_id: str
    parent_path: str
    permissions: tuple[Permission, ...]


def _drawn(field: str, scale: str) -> dict[str, Any]:
    return {"fieldName": field, "scale": {"type": scale}, "displayName": field}


def _widget(panel: Panel) -> dict[str, Any]:
    fields = [{"name": name, "expression": f"`{name}`"} for name in panel.fields]
    return {
        "name": panel.name,
        "queries": [
            {"name": "main_query", "query": {"datasetName": panel.name, "fields": fields, "disaggregated": True}}
        ],
        "spec": {**panel.spec(), "frame": {"showTitle": True, "title": panel.title}},
    }


def serialized(name: str, panels: tuple[Panel, ...]) -> str:
    """The dashboard's document, in the format that Databricks exports."""
    datasets = [{"name": panel.name, "displayName": panel.title, "queryLines": [panel.query]} for panel in panels]
    layout = [
        {
            "widget": _widget(panel),
            "position": {"x": 0, "y": position * _HEIGHT, "width": _WIDTH, "height": _HEIGHT},
        }
        for position, panel in enumerate(panels)
    ]
    page = {"name": "page", "displayName": name, "pageType": "PAGE_TYPE_CANVAS", "layout": layout}
    return json.dumps({"datasets": datasets, "pages": [page]}, sort_keys=True)


def dashboard(scope: Scope, id_: str, props: DashboardProps) -> None:
    """The dashboard. Its queries run with the viewer's own rights."""
    made = databricks.dashboard.Dashboard(
        scope,
        id_,
        display_name=props.name,
        serialized_dashboard=serialized(props.name, props.panels),
        warehouse_id=props.warehouse_id,
        parent_path=props.parent_path,
        embed_credentials=False,
    )
    permissions(scope, f"{id_}-permissions", "dashboard_id", made.id, props.permissions)
