"""The SQL alerts of a use case: one for each destination of its alert rules."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ml.declarations import ON_CALL, UseCase
from ml.declarations.alerting import destinations, subjects_of

# One row for each open alert that nobody acknowledged, and a single row with 0 if there is none: a query without rows
# would be an error. Until a monitoring job has created the table, it is one.
_OPEN = (
    "select count(found.key) over () as open_alerts, found.what, found.how_much, found.slice, found.since_period, "
    "found.what_to_do, found.model, found.key from (select 1) as one_row left join (select * from {alerts} where "
    "status = 'open' and coalesce(destination, '{on_call}') = '{destination}') as found on true "
    "order by found.since_period desc, found.key"
)
COLUMN = "open_alerts"


@dataclass(frozen=True, kw_only=True)
class OpenAlerts:
    """The alert of one destination. `id`: of the construct."""

    id: str
    destination: str
    name: str
    text: str
    summary: str
    description: str


def open_alerts(use_case: UseCase, environment: str, table: str) -> Iterator[OpenAlerts]:
    """An alert on the rows of `table` (full name) for each destination."""
    for destination in destinations(use_case.alerts):
        about = _listed([str(subject).replace("_", " ") for subject in subjects_of(destination, use_case.alerts)])
        yield OpenAlerts(
            # The original alert has kept its name.
            id=f"{use_case.name}-{'decision' if destination == ON_CALL else destination}-alert",
            destination=destination,
            name=f"{use_case.name}: alerts that nobody has taken, for {destination}",
            text=_OPEN.format(alerts=table, on_call=ON_CALL, destination=destination),
            summary=f"{use_case.name} in {environment}: an alert about {about} that nobody has taken",
            description=("{{QUERY_RESULT_TABLE}}\nTake it: mlops alerts ack MODEL KEY --by YOU --reason WHY"),
        )


def _listed(words: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))
