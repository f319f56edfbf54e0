"""An AI/BI dashboard: charts of declared queries, one below the other."""

import json
from dataclasses import dataclass
from typing import Any

from infra.cdktf_seam import Scope, databricks
from infra.constructs.workspace.permissions import Permission, permissions

# The canvas is six columns wide; a chart takes all of them.
_WIDTH, _HEIGHT = 6, 6


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A line per value of `colour` over `x`, from the rows of `query`."""

    name: str
    title: str
    query: str
    x: str
    y: str
    colour: str


@dataclass(frozen=True, kw_only=True)
class DashboardProps:
    """`parent_path` must exist first."""

    name: str
    charts: tuple[Chart, ...]
    warehouse_id: str
    parent_path: str
    permissions: tuple[Permission, ...]


def _widget(chart: Chart) -> dict[str, Any]:
    fields = [{"name": name, "expression": f"`{name}`"} for name in (chart.x, chart.y, chart.colour)]
    return {
        "name": chart.name,
        "queries": [
            {"name": "main_query", "query": {"datasetName": chart.name, "fields": fields, "disaggregated": True}}
        ],
        "spec": {
            "version": 3,
            "widgetType": "line",
            "encodings": {
                "x": {"fieldName": chart.x, "scale": {"type": "temporal"}, "displayName": chart.x},
                "y": {"fieldName": chart.y, "scale": {"type": "quantitative"}, "displayName": chart.y},
                "color": {"fieldName": chart.colour, "scale": {"type": "categorical"}, "displayName": chart.colour},
            },
            "frame": {"showTitle": True, "title": chart.title},
        },
    }


def serialized(name: str, charts: tuple[Chart, ...]) -> str:
    """The dashboard's document, as Databricks exports it."""
    datasets = [{"name": chart.name, "displayName": chart.title, "queryLines": [chart.query]} for chart in charts]
    layout = [
        {
            "widget": _widget(chart),
            "position": {"x": 0, "y": position * _HEIGHT, "width": _WIDTH, "height": _HEIGHT},
        }
        for position, chart in enumerate(charts)
    ]
    page = {"name": "page", "displayName": name, "pageType": "PAGE_TYPE_CANVAS", "layout": layout}
    return json.dumps({"datasets": datasets, "pages": [page]}, sort_keys=True)


def dashboard(scope: Scope, id_: str, props: DashboardProps) -> None:
    """The dashboard. Who opens it sees what their own rights let them see."""
    made = databricks.dashboard.Dashboard(
        scope,
        id_,
        display_name=props.name,
        serialized_dashboard=serialized(props.name, props.charts),
        warehouse_id=props.warehouse_id,
        parent_path=props.parent_path,
        embed_credentials=False,
    )
    permissions(scope, f"{id_}-permissions", "dashboard_id", made.id, props.permissions)
