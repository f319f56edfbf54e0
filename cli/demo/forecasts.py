"""Reads the report's data on a forecasting model from prod's tables."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from cli.demo.forecast_pictures import chosen_chart, drifting, lately, series_charts, shown, steps_chart
from cli.models import NamedModel
from cli.output import Row
from cli.report.page import Chart
from cli.warehouse import query
from ml.declarations import Forecasting
from ml.records.predictions import predictions
from ml.usecases import USE_CASES
from ml.usecases.story import Records

# Points per chart at most.
_POINTS = 168


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """Charts, and one row per drifting series."""

    charts: Sequence[Chart] = ()
    drifting: Sequence[Row] | None = None


def fleet(model: NamedModel, records: Records) -> Fleet:
    """Results at origins that no version was fitted on; empty for a model that does not forecast."""
    problem = model.declared.problem
    since = _first_judged(records)
    if not isinstance(problem, Forecasting) or since is None:
        return Fleet()
    asked = _asked(model, problem, since)
    of_series = query(
        model.env,
        f"{asked} SELECT series, origin, avg(abs(forecast - truth) / scale) AS error, "
        "avg((forecast - truth) / scale) AS bias, avg(truth) AS level "
        "FROM asked WHERE truth IS NOT NULL GROUP BY series, origin ORDER BY origin, series",
    )
    if not of_series:
        return Fleet()
    found = lately(of_series)
    names = shown(found)
    by_step = query(
        model.env,
        f"{asked} SELECT step, avg(abs(forecast - truth) / scale) AS error, avg(abs(naive - truth) / scale) AS naive "
        "FROM asked WHERE truth IS NOT NULL GROUP BY step ORDER BY step",
    )
    chosen = query(
        model.env,
        f"{asked} SELECT series, max_by(chosen, step) AS chosen FROM asked "
        "WHERE origin = (SELECT max(origin) FROM asked) GROUP BY series ORDER BY series",
    )
    pictures = series_charts(_points(model, problem, asked, names), names, level=problem.levels[0], unit=problem.unit)
    return Fleet(charts=[*pictures, steps_chart(by_step), chosen_chart(chosen)], drifting=drifting(found))


def _points(model: NamedModel, problem: Forecasting, asked: str, names: Collection[str]) -> list[Row]:
    """The newest consecutive steps of each named series: of one origin a day with 24 hourly steps, all of them."""
    if not names:
        return []
    quoted = ", ".join("'" + name.replace("\\", "\\\\").replace("'", "\\'") + "'" for name in names)
    tile = max(1, problem.horizon // problem.spanned_origins)
    return query(
        model.env,
        f"{asked}, placed AS (SELECT *, row_number() OVER (PARTITION BY series ORDER BY origin DESC, step DESC) "
        f"AS place FROM asked WHERE step <= {tile} AND series IN ({quoted})) "
        "SELECT series, origin, step, forecast, low, high, truth FROM placed "
        f"WHERE place <= {_POINTS} ORDER BY series, origin, step",
    )


def _asked(model: NamedModel, problem: Forecasting, since: date) -> str:
    """The common table expression `asked`: one row per scored row, by the newest version that scored it."""
    case, declared = USE_CASES[model.use_case], model.declared
    features, outcome = declared.feature_table, declared.outcome
    keys = ", ".join((*features.keys, features.event_time))
    scored = predictions(case).full_name(model.env, case.name)
    level = problem.levels[0]
    answers = (
        f"forecast, 'low', lo_{level}, 'high', hi_{level}, 'naive', naive, 'scale', scale, 'series', series, "
        "'chosen', chosen"
    )
    return (
        f"WITH scored AS (SELECT {keys}, max_by(named_struct('forecast', {answers}), model_version) AS answer "
        f"FROM {scored} WHERE model = '{model.full_name}' AND {features.event_time} >= date'{since}' GROUP BY {keys}), "
        f"known AS (SELECT {outcome.key}, {outcome.event_time}, max_by({outcome.label}, {outcome.known_from}) AS truth "
        f"FROM {outcome.table.full_name(model.env, case.name)} GROUP BY {outcome.key}, {outcome.event_time}), "
        f"asked AS (SELECT answer.*, {problem.step} AS step, {features.event_time} AS origin, truth FROM scored "
        f"JOIN {features.table.full_name(model.env, case.name)} USING ({keys}) "
        f"LEFT JOIN known USING ({outcome.key}, {outcome.event_time}))"
    )


def _first_judged(records: Records) -> date | None:
    """The first period of the first version's hold-out; None if no version records one."""
    firsts = [version.tags.get("holdout_first_period", "") for version in records.versions]
    return min((date.fromisoformat(first) for first in firsts if first), default=None)
