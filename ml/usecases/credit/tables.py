"""Silver tables of the credit use case, in the raw format of UCI "Default of Credit Card Clients".

Yeh & Lien 2009, doi 10.1016/j.eswa.2007.12.020. Amounts are New Taiwan dollars (NT$). The repayment
status counts months of delay; -2 is no consumption, -1 paid in full, 0 revolving credit.
"""

from ml.declarations import Column, Layer, Table

OWNER = "ml-engineers"

_CLIENT = Column(name="client_id", source="ID", type="bigint", comment="Client number.", minimum=1)
_MONTHS = range(1, 7)


def _status(month: int) -> Column:
    # The raw file calls the newest status PAY_0 and continues with PAY_2.
    return Column(
        name=f"pay_status_{month}",
        source=f"PAY_{0 if month == 1 else month}",
        type="int",
        comment=f"Repayment status, {month} month(s) before the application.",
        unit="months of delay",
        minimum=-2,
        maximum=9,
    )


def _bill(month: int) -> Column:
    return Column(
        name=f"bill_{month}",
        source=f"BILL_AMT{month}",
        type="double",
        comment=f"Bill statement, {month} month(s) before the application; negative is credit.",
        unit="NT$",
    )


def _payment(month: int) -> Column:
    return Column(
        name=f"payment_{month}",
        source=f"PAY_AMT{month}",
        type="double",
        comment=f"Amount paid, {month} month(s) before the application.",
        unit="NT$",
        minimum=0,
    )


APPLICATIONS = Table(
    name="applications",
    layer=Layer.SILVER,
    owner=OWNER,
    comment="One row per client and application: the application as received, typed and checked.",
    keys=("client_id", "application_month"),
    columns=(
        _CLIENT,
        Column(name="application_month", type="date", comment="Month in which the application arrived."),
        Column(name="limit_bal", source="LIMIT_BAL", type="double", comment="Credit limit.", unit="NT$", minimum=1),
        Column(name="sex", source="SEX", type="int", comment="1 male, 2 female.", allowed=(1, 2), sensitive=True),
        Column(
            name="education",
            source="EDUCATION",
            type="int",
            comment="1 graduate school .. 4 other; 0, 5, 6 unknown.",
            minimum=0,
            maximum=6,
        ),
        Column(
            name="marriage",
            source="MARRIAGE",
            type="int",
            comment="1 married, 2 single, 3 other; 0 unknown.",
            minimum=0,
            maximum=3,
            sensitive=True,
        ),
        Column(
            name="age", source="AGE", type="int", comment="Age.", unit="years", minimum=18, maximum=120, sensitive=True
        ),
        *(_status(month) for month in _MONTHS),
        *(_bill(month) for month in _MONTHS),
        *(_payment(month) for month in _MONTHS),
    ),
)

LABELS = Table(
    name="labels",
    layer=Layer.SILVER,
    owner=OWNER,
    comment="One row per client and report: whether the next payment was missed, known a month after the application.",
    keys=("client_id", "known_month"),
    columns=(
        _CLIENT,
        Column(name="known_month", type="date", comment="Month in which the outcome became known."),
        Column(
            name="defaulted",
            source="default.payment.next.month",
            type="int",
            comment="1 defaulted, 0 paid.",
            allowed=(0, 1),
        ),
    ),
)

MOVEMENTS = Table(
    name="movements",
    layer=Layer.SILVER,
    owner=OWNER,
    comment="One row per client and month: movements of the client's account. Not every source has them.",
    keys=("client_id", "movement_month"),
    columns=(
        _CLIENT,
        Column(name="movement_month", type="date", comment="Month of the movements, known when it ends."),
        Column(name="inflow", source="INFLOW", type="double", comment="Money received.", unit="NT$", minimum=0),
        Column(
            name="overdrawn_days",
            source="OVERDRAWN_DAYS",
            type="int",
            comment="Days on which the account was overdrawn.",
            unit="days",
            minimum=0,
            maximum=31,
        ),
    ),
)
