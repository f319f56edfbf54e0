"""The health use case, declared."""

from dataclasses import replace

from ml.declarations import (
    MAE,
    RMSE,
    Algorithm,
    Calendar,
    ComparisonGate,
    ComplianceGate,
    Feed,
    Gates,
    InfrastructureGate,
    JobSettings,
    Joins,
    Layer,
    MeasureRule,
    Mirror,
    Model,
    Monitoring,
    Outcome,
    Period,
    Regression,
    SavedQuery,
    SignOff,
    Table,
    TrainingCause,
    Tuning,
    UseCase,
)
from ml.usecases.health.features import FAIRNESS_GROUPS, MODEL_FEATURES, VISIT_FEATURES
from ml.usecases.health.tables import FOLLOW_UPS, OWNER, VISITS

PROGRESSION = Outcome(
    table=Table(
        name="visit_outcomes",
        layer=Layer.GOLD,
        owner=OWNER,
        comment="One row per patient and second visit: progression of the disease, and when it became known.",
        keys=("patient_id", "visited_on", "measured_on"),
        columns=(
            VISITS.column("patient_id"),
            VISITS.column("visited_on"),
            FOLLOW_UPS.column("measured_on"),
            FOLLOW_UPS.column("progression"),
        ),
    ),
    source=FOLLOW_UPS,
    key="patient_id",
    event_time="visited_on",
    known_from="measured_on",
    label="progression",
    # A patient has only one first visit.
    joins=Joins.KEY,
    horizon_periods=28,
)

GATES = Gates(
    # Difference of mean errors between the sexes, and between younger and older patients, in points: half of the
    # outcomes' spread. Between two halves of ninety patients chance alone causes 32, so no smaller limit would work.
    compliance=ComplianceGate(max_group_difference=40.0, min_group_rows=30),
    comparison=ComparisonGate(
        measures=(
            # Predicting the overall mean is off by 77 points. On 90 patients chance moves that by 4, and one try in
            # 200 is below 66. An interval around a model's own value is similarly wide: from 48 to 63 at 56.
            MeasureRule(measure=RMSE, margin=3.0, limit=66.0),
            MeasureRule(measure=MAE, margin=3.0),
        ),
        # No renewal counts as equally good: on 90 patients only models that differ by a tenth can be distinguished, so
        # any replacement of the live version must be better by more than chance.
        must_improve=dict.fromkeys(TrainingCause, RMSE),
        # The newest third of a year has about a hundred patients. With fewer than 60, a model without any skill could
        # pass the limit by chance.
        min_holdout_rows=60,
    ),
    # It scores in batch: nobody waits for loading.
    infrastructure=InfrastructureGate(max_load_s=60.0, max_latency_ms=250.0, max_memory_mib=2048.0),
    sign_off=SignOff.AUTOMATIC,
)

# About thirty patients come in a month. With so few, a relevant drift is within chance, so months are `unknown` and
# cause no action: at least a hundred rows are needed to show a PSI of 0.25.
MONITORING = Monitoring(min_rows=100)

# A linear effect per variable can be explained to a patient.
LINEAR = Model(
    name="progression",
    comment="How far a patient's diabetes progresses until the second visit, with bounds.",
    purpose="Clinicians plan the second visit with it: whom to see earlier, beside their own judgement.",
    not_for="Diagnosis, a choice of treatment, or patients unlike those of the study, children among them.",
    owner=OWNER,
    licence="BSD-3-Clause",
    contains_personal_data=True,
    feature_table=VISIT_FEATURES,
    features=tuple(feature.name for feature in MODEL_FEATURES),
    outcome=PROGRESSION,
    fairness_groups=tuple(feature.name for feature in FAIRNESS_GROUPS),
    problem=Regression(unit="points", coverage=0.8),
    algorithms=(Algorithm.LINEAR,),
    tuning=Tuning(trials=8),
    holdout_ratio=0.34,
    tuning_ratio=0.15,
    # Two months: outcomes are known four weeks late, so when the hold-out begins, the newest month has nearly none.
    calibration_ratio=0.25,
    seed=20_040_407,
    gates=GATES,
    monitoring=MONITORING,
)

# Trees may find nonlinear effects. The model has the same limits and exists beside the linear one.
BOOSTED = replace(
    LINEAR,
    name="boosted",
    comment="How far a patient's diabetes progresses until the second visit, by boosted trees, with bounds.",
    algorithms=(Algorithm.XGBOOST,),
)

USE_CASE = UseCase(
    name="health",
    comment="Health: how far will a patient's diabetes have progressed by the second visit?",
    owner=OWNER,
    feeds=(
        Feed(name="visits", silver=VISITS, period_column="visited_on"),
        Feed(name="follow_ups", silver=FOLLOW_UPS, period_column="measured_on"),
    ),
    models=(LINEAR, BOOSTED),
    # A reader of gold without access to sensitive columns sees no age, sex or age band here: the group is null.
    queries=(
        SavedQuery(
            name="progression-by-age-band",
            title="Progression by age band",
            description="How far the disease has progressed by the second visit: patients, mean and spread.",
            text="select features.age_band, count(*) as patients, "
            "round(avg(outcomes.progression), 1) as mean_progression, "
            "round(stddev(outcomes.progression), 1) as spread from {gold}.visit_outcomes as outcomes "
            "join {gold}.visit_features as features using (patient_id, visited_on) group by features.age_band "
            "having count(*) >= 10 order by features.age_band",
        ),
    ),
    # Fairness stays roughly measurable: three patients in ten get a randomly drawn group.
    mirror=Mirror(least_keys=10, cells=("sex", "age_band"), noised=(("sex", 0.3), ("age_band", 0.3))),
    calendar=Calendar(period=Period.DAY),
    # With about thirty patients a month, a single day shows nothing.
    judged_by=Period.MONTH,
    jobs=JobSettings(
        training_cron="0 30 4 2 * ?",
        scoring_cron="0 30 6 2 * ?",
        timezone="UTC",
        timeout_s=3600,
        max_retries=1,
        monitoring_cron="0 30 8 2 * ?",
        maintenance_cron="0 30 20 2 * ?",
    ),
)
