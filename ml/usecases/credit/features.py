"""Features of the credit use case: what the clients table says about a client, ready for a model."""

from ml.declarations import Feature, FeatureTable
from ml.usecases.credit.tables import APPLICATIONS, OWNER

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
        comment="How many of the last six payments were late.",
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
        comment="How much utilisation rose over six months.",
        unit="ratio",
    ),
    Feature(
        name="paid_share",
        expression=f"({_PAYMENTS}) / limit_bal",
        type="double",
        comment="All payments of six months over the limit.",
        unit="ratio",
    ),
)

# Read by the fairness check only. Lending law treats them as protected, so no model sees them.
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
