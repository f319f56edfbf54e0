"""The credit use case with narrow feeds, a derived table by a query, and windows: a tenth of the columns to compile."""

from dataclasses import replace

from ml.declarations import Column, Derived, Feature, Input, Layer, Table, UseCase
from ml.usecases.credit.declaration import USE_CASE as CREDIT
from ml.usecases.credit.features import MOVEMENT_FEATURES
from ml.usecases.credit.tables import APPLICATIONS, LABELS, OWNER

_APPLICATIONS, _LABELS, _MOVEMENTS = CREDIT.feeds
_KEPT = ("client_id", "application_month", "sex", "age")
_SILVER = replace(APPLICATIONS, columns=tuple(APPLICATIONS.column(name) for name in _KEPT))
_FEATURES = (
    Feature(name="age", expression="age", type="int", comment="Age.", unit="years"),
    *MOVEMENT_FEATURES,
)
_COUNTED = Derived(
    table=Table(
        name="labels_by_month",
        layer=Layer.GOLD,
        owner=OWNER,
        comment="One row per month: how many labels became known.",
        keys=("known_month",),
        columns=(LABELS.column("known_month"), Column(name="labels", type="bigint", comment="How many.")),
    ),
    inputs=(Input(table=LABELS),),
    sql="SELECT known_month, count(*) AS labels FROM labels GROUP BY known_month",
)
_MODEL = CREDIT.models[0]
CASE: UseCase = replace(
    CREDIT,
    feeds=(replace(_APPLICATIONS, silver=_SILVER), _LABELS, _MOVEMENTS),
    derived=(_COUNTED,),
    models=(
        replace(
            _MODEL,
            feature_table=replace(_MODEL.feature_table, source=_SILVER, features=_FEATURES),
            features=tuple(feature.name for feature in _FEATURES),
            fairness_groups=(),
            defaults={},
        ),
    ),
)
