"""Charts over periods on the dashboard of a use case's models."""

from collections.abc import Iterator

from infra.constructs.observability.dashboard import Chart
from ml.declarations import Model, UseCase
from ml.declarations.monitored import SLIDING, Needs

_SERIES = (
    "select period, `column`, value from {metrics} where model = '{model}' and metric = '{metric}' order by period"
)


def monitoring_charts(use_case: UseCase, catalog: str, metrics: str) -> tuple[Chart, ...]:
    """One chart per model and metric, from the table `metrics`; those of the first model have plain names."""
    return tuple(
        Chart(
            name=metric if model is use_case.models[0] else f"{model.name}_{metric}",
            title=title if len(use_case.models) == 1 else f"{model.name}: {title}",
            query=_SERIES.format(metrics=metrics, model=model.full_name(catalog, use_case.name), metric=metric),
            x="period",
            y="value",
            colour="column",
        )
        for model in use_case.models
        for metric, title in _drawn(model)
    )


def _drawn(model: Model) -> Iterator[tuple[str, str]]:
    """Names and titles: first drift of the inputs, then its effect on the model, then the affected groups."""
    yield "psi", "Drift of features and answers (PSI)"
    if model.monitoring.sliding_periods:
        yield f"{SLIDING}psi", "Change of features and answers from the periods just before (PSI)"
    for each in model.monitored:
        title = each.title[0].upper() + each.title[1:]
        if each.mended_as and each.limit:
            yield each.name, f"{title}, once outcomes are known"
        elif Needs.OUTCOMES not in each.needs:
            yield each.name, title
