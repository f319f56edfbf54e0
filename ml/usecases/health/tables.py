"""Silver tables of the health use case, in the raw format of scikit-learn's diabetes data, unscaled.

Efron, Hastie, Johnstone & Tibshirani 2004, "Least Angle Regression" (Annals of Statistics 32): 442 patients, ten
baseline variables, and a measure of disease progression.
"""

from ml.declarations import Column, Layer, Table

OWNER = "ml-engineers"

_PATIENT = Column(name="patient_id", type="bigint", comment="Patient number.", minimum=1)


def _serum(name: str, source: str, comment: str, unit: str, maximum: float) -> Column:
    return Column(name=name, source=source, type="double", comment=comment, unit=unit, minimum=0, maximum=maximum)


VISITS = Table(
    name="visits",
    layer=Layer.SILVER,
    owner=OWNER,
    comment="One row per patient and day of the first visit: what was measured then, typed and checked.",
    keys=("patient_id", "visited_on"),
    columns=(
        _PATIENT,
        Column(name="visited_on", type="date", comment="Day of the first visit."),
        Column(name="age", type="int", comment="Age.", unit="years", minimum=18, maximum=120, sensitive=True),
        Column(name="sex", type="int", comment="1 or 2, as the study codes it.", allowed=(1, 2), sensitive=True),
        Column(name="bmi", type="double", comment="Body mass index.", unit="kg/m2", minimum=10, maximum=80),
        Column(
            name="blood_pressure",
            source="bp",
            type="double",
            comment="Average blood pressure.",
            unit="mm Hg",
            minimum=30,
            maximum=250,
        ),
        _serum("cholesterol", "s1", "Total serum cholesterol.", "mg/dl", 1_000),
        _serum("ldl", "s2", "Low-density lipoproteins.", "mg/dl", 1_000),
        _serum("hdl", "s3", "High-density lipoproteins.", "mg/dl", 500),
        _serum("cholesterol_ratio", "s4", "Total cholesterol over high-density lipoproteins.", "ratio", 50),
        _serum("log_triglycerides", "s5", "Serum triglycerides.", "log mg/dl", 12),
        _serum("glucose", "s6", "Blood sugar.", "mg/dl", 1_000),
    ),
)

FOLLOW_UPS = Table(
    name="follow_ups",
    layer=Layer.SILVER,
    owner=OWNER,
    comment="One row per patient and day of the second visit: progression of the disease by then.",
    keys=("patient_id", "measured_on"),
    columns=(
        _PATIENT,
        Column(name="measured_on", type="date", comment="Day of the second visit."),
        Column(
            name="progression",
            source="target",
            type="double",
            comment="Progression since the first visit, on the study's own scale.",
            unit="points",
            minimum=0,
            maximum=1_000,
        ),
    ),
)
