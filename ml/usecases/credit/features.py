"""Features of the credit use case: a client's data from the clients table, ready for a model."""

from ml.declarations import Aggregate, Feature, FeatureTable, History, Past, Window, lag
from ml.usecases.credit.tables import APPLICATIONS, MOVEMENTS, OWNER

_MONTHS = range(1, 7)
_STATUSES = ", ".join(f"pay_status_{month}" for month in _MONTHS)
_PAYMENTS = " + ".join(f"payment_{month}" for month in _MONTHS)


def _utilisation(month: int) -> Feature:
    return Feature(
        name=f"utilisation_{month}",
        expression=f"bill_{month} / limit_bal",
        type="double",
        comment=f"Bill over limit, {month} month(s) before the application.",
        unit="ratio",
    )


def _repaid(month: int) -> Feature:
    return Feature(
        name=f"repaid_{month}",
        expression=f"payment_{month} / greatest(bill_{month + 1}, 1)",
        type="double",
        comment=f"Payment over the bill it answers, {month} month(s) before the application.",
        unit="ratio",
    )


# The months before the application; clients without account movements are scored without them.
_MOVED = History(table=MOVEMENTS, on=("client_id",), time="movement_month", optional=True)
_QUARTER = Past(periods=3)
_NOTHING_KNOWN = "no movement of the client's account is known"


def _moved(name: str, expression: str, window: Window, comment: str, unit: str) -> Feature:
    return Feature(
        name=name,
        expression=expression,
        type="double",
        comment=comment,
        unit=unit,
        null_meaning=_NOTHING_KNOWN,
        window=window,
    )


def _over_quarter(aggregate: Aggregate) -> Window:
    return Window(history=_MOVED, aggregate=aggregate, past=_QUARTER)


MOVEMENT_FEATURES = (
    _moved(
        "overdrawn_days",
        "overdrawn_days",
        _over_quarter(Aggregate.SUM),
        "Days overdrawn in the three months before the application.",
        "days",
    ),
    _moved(
        "inflow_mean",
        "inflow",
        _over_quarter(Aggregate.MEAN),
        "Money received a month, over the three months before the application.",
        "NT$",
    ),
    _moved(
        "inflow_trend",
        "ln(greatest(inflow, 1))",
        _over_quarter(Aggregate.TREND),
        "Growth of the money received over the three months before the application.",
        "log NT$ a month",
    ),
    _moved(
        "overdrawn_before",
        "overdrawn_days",
        lag(_MOVED),
        "Days overdrawn in the month before the application.",
        "days",
    ),
)


def _as_received(name: str) -> Feature:
    column = APPLICATIONS.column(name)
    return Feature(
        name=name,
        expression=name,
        type=column.type,
        comment=column.comment,
        unit=column.unit,
        sensitive=column.sensitive,
    )


MODEL_FEATURES = (
    _as_received("limit_bal"),
    _as_received("education"),
    *(_as_received(f"pay_status_{month}") for month in _MONTHS),
    *(_as_received(f"bill_{month}") for month in _MONTHS),
    *(_as_received(f"payment_{month}") for month in _MONTHS),
    *(_utilisation(month) for month in _MONTHS),
    *(_repaid(month) for month in _MONTHS[:-1]),
    Feature(
        name="months_late",
        expression=" + ".join(f"int(pay_status_{month} > 0)" for month in _MONTHS),
        type="int",
        comment="Number of late payments among the last six.",
        unit="months",
    ),
    Feature(
        name="longest_delay",
        expression=f"greatest({_STATUSES})",
        type="int",
        comment="Longest delay in six months.",
        unit="months",
    ),
    Feature(
        name="utilisation_trend",
        expression="(bill_1 - bill_6) / limit_bal",
        type="double",
        comment="Increase of utilisation over six months.",
        unit="ratio",
    ),
    Feature(
        name="paid_share",
        expression=f"({_PAYMENTS}) / limit_bal",
        type="double",
        comment="Sum of six months' payments over the limit.",
        unit="ratio",
    ),
    *MOVEMENT_FEATURES,
)

# Used only by the fairness check. They are protected by lending law, so no model sees them.
FAIRNESS_GROUPS = (
    Feature(name="sex", expression="int(sex)", type="int", comment="1 male, 2 female.", sensitive=True),
    Feature(
        name="age_band",
        expression=(
            "case when age < 30 then 'under_30' when age < 45 then '30_to_44' "
            "when age < 60 then '45_to_59' else '60_and_over' end"
        ),
        type="string",
        comment="Age band.",
        sensitive=True,
    ),
)

CLIENT_FEATURES = FeatureTable(
    name="client_features",
    source=APPLICATIONS,
    key="client_id",
    event_time="application_month",
    features=MODEL_FEATURES + FAIRNESS_GROUPS,
    owner=OWNER,
    comment="One row per client and month of application.",
)
