"""Features of the health use case: the measurements of the first visit, ready for a model."""

from ml.declarations import Feature, FeatureTable
from ml.usecases.health.tables import OWNER, VISITS

_MEASURED = ("bmi", "blood_pressure", "cholesterol", "ldl", "hdl", "cholesterol_ratio", "log_triglycerides", "glucose")


def _as_measured(name: str) -> Feature:
    column = VISITS.column(name)
    return Feature(name=name, expression=name, type=column.type, comment=column.comment, unit=column.unit)


# Neither age nor sex: scoring has no access to sensitive columns, and would read null.
MODEL_FEATURES = (
    *(_as_measured(name) for name in _MEASURED),
    Feature(
        name="ldl_share",
        expression="ldl / greatest(cholesterol, 1)",
        type="double",
        comment="Low-density lipoproteins over total cholesterol.",
        unit="ratio",
    ),
)

# Used only by the fairness check; no model sees them.
FAIRNESS_GROUPS = (
    Feature(name="sex", expression="int(sex)", type="int", comment="1 or 2, as coded by the study.", sensitive=True),
    # Halves: with thirds, a hold-out has too few patients per group to compare.
    Feature(
        name="age_band",
        expression="case when age < 50 then 'under_50' else '50_and_over' end",
        type="string",
        comment="Age band.",
        sensitive=True,
    ),
)

VISIT_FEATURES = FeatureTable(
    name="visit_features",
    source=VISITS,
    key="patient_id",
    event_time="visited_on",
    features=MODEL_FEATURES + FAIRNESS_GROUPS,
    owner=OWNER,
    comment="One row per patient and day of the first visit.",
)
