"""The energy use case, declared."""

from ml.declarations import (
    RMSSE,
    WAPE,
    Algorithm,
    ComparisonGate,
    ComplianceGate,
    Derived,
    Feed,
    Forecasting,
    Gates,
    InfrastructureGate,
    Input,
    JobSettings,
    Joins,
    Layer,
    LeakLimits,
    Limits,
    LimitsByShare,
    MeasureRule,
    Model,
    Monitoring,
    OnRepeat,
    Outcome,
    Period,
    SignOff,
    Table,
    TrainingCause,
    Tuning,
    UseCase,
    WorseByShare,
)
from ml.usecases.energy.features import EXAMPLES, FEATURES, MODEL_FEATURES
from ml.usecases.energy.rules import AHEAD, HISTORY, HORIZON, INNER_SEASON, SEASON
from ml.usecases.energy.tables import CALENDAR, HOLIDAYS, LOADS, OWNER, WEATHER

# A load is known once its hour is over.
KNOWN = Derived(
    table=Table(
        name="known_loads",
        layer=Layer.GOLD,
        owner=OWNER,
        comment="One row per example whose hour is over: the energy drawn in it.",
        keys=("example_id",),
        columns=(
            EXAMPLES.table.column("example_id"),
            EXAMPLES.table.column("known_from"),
            LOADS.column("load_kwh"),
        ),
    ),
    inputs=(Input(table=EXAMPLES.table), Input(table=LOADS)),
    sql="""SELECT asked.example_id, asked.known_from, drawn.load_kwh
FROM energy_examples AS asked
JOIN loads AS drawn ON drawn.site = asked.site AND drawn.at = asked.target""",
)

OUTCOMES = Outcome(
    table=Table(
        name="energy_outcomes",
        layer=Layer.GOLD,
        owner=OWNER,
        comment="One row per example: the energy drawn, and when that became known.",
        keys=("series_step", "origin", "known_from"),
        columns=(
            EXAMPLES.table.column("series_step"),
            EXAMPLES.table.column("origin"),
            *KNOWN.table.columns,
        ),
    ),
    source=KNOWN.table,
    key="series_step",
    event_time="origin",
    known_from="known_from",
    label="load_kwh",
    joins=Joins.EVENT_ID,
    event_id="example_id",
    # The hour after the origin's hour ends when the next but one begins.
    horizon_periods=2,
)

FORECASTING = Forecasting(
    unit="kWh",
    series=("site",),
    step="step",
    horizon=HORIZON,
    history=HISTORY,
    season_periods=SEASON,
    inner_season_periods=INNER_SEASON,
    # A day has one origin, and its steps fit into the next day.
    horizon_origins=1,
)

GATES = Gates(
    # Every series is forecast again in each period, so each hold-out key also occurs in training.
    compliance=ComplianceGate(
        max_group_difference=1.0, min_group_rows=100, leaks=LeakLimits(max_repeated_keys_ratio=1.0)
    ),
    comparison=ComparisonGate(
        measures=(
            # Repeating the same day of last week gives 1.1: the scale comes from changes over one day. A model over the
            # limit never goes live; a renewed one may be worse by at most the margin.
            MeasureRule(measure=RMSSE, margin=0.05, limit=1.05),
            MeasureRule(measure=WAPE, margin=0.02),
        ),
        # A manually started training must be better by more than chance.
        must_improve={TrainingCause.MANUAL: RMSSE, TrainingCause.PERFORMANCE: RMSSE},
        min_holdout_rows=100,
    ),
    # It scores in batch, rows of 200 columns: nobody waits for a single row.
    infrastructure=InfrastructureGate(max_load_s=60.0, max_latency_ms=2000.0, max_memory_mib=2048.0),
    # MANUAL waits for a named person instead.
    sign_off=SignOff.AUTOMATIC,
)

_ENDS = tuple(end for ends in FORECASTING.bounds for end in ends)
MONITORING = Monitoring(
    # One day has 192 rows.
    min_rows=150,
    # The rows of a site share its past: eight sites are eight values of the newest hour, so chance alone moves PSI.
    psi=Limits(warn=3.0, act=4.0),
    ks=Limits(warn=0.5, act=0.7),
    # Errors depend on shared weather and noise that last for days: small accumulated changes are normal.
    least_lasting_shift=1.5,
    least_lasting_share=2.0,
    # A site is an eighth of the rows.
    outside_ratio=Limits(warn=0.15, act=0.3),
    # Older hours show the same a day or a week later. The calendar, the weather and so the forecasts change each day,
    # and a forecast is judged by its error.
    drift_without=("step", *HISTORY[1:], *AHEAD, "forecast", "naive", "scale", *_ENDS),
    # The last hour of tomorrow ends when the day after begins.
    labels_due_periods=2,
    min_labelled_share=0.9,
    # A week after a change the past of every site contains it, and the forecasts are as good as before: only longer
    # lasting errors request a training.
    labelled_periods_below=10,
    # Nine weeks of training are no year: loads leave them with the season, and that alert stays open. Two weeks have
    # each weekday twice, and are the fewest that a jump of eight sites is beyond chance against.
    sliding_periods=14,
    limits={
        # In the days after a change errors are many times the usual; these alone request nothing.
        "scaled_error": WorseByShare(act=1.0, severe=50.0),
        # The hours of a day are dependent.
        "interval_coverage": Limits(warn=0.35, act=0.6),
        "scaled_bias": LimitsByShare(warn=1.0, act=2.0),
    },
)

MODEL = Model(
    name="hourly_load",
    comment="Energy that a site draws in each hour of the next day, with bounds.",
    purpose="The buyers order tomorrow's energy with it, site by site.",
    not_for="Billing, and sites that are younger than eight days. Its example series are generated.",
    owner=OWNER,
    licence="proprietary",
    contains_personal_data=False,
    feature_table=FEATURES,
    features=tuple(feature.name for feature in MODEL_FEATURES),
    outcome=OUTCOMES,
    fairness_groups=(),
    problem=FORECASTING,
    # It learns over all series; each series also has its own candidates.
    algorithms=(Algorithm.LIGHTGBM,),
    tuning=Tuning(trials=2),
    # Share of the newest periods; the other ratios apply to the remaining periods.
    holdout_ratio=0.2,
    tuning_ratio=0.1,
    calibration_ratio=0.15,
    seed=20_240_101,
    gates=GATES,
    monitoring=MONITORING,
)

USE_CASE = UseCase(
    name="energy",
    comment="Energy: how much will each site draw in each hour of tomorrow?",
    owner=OWNER,
    feeds=(
        # A meter value that is delivered again is a correction.
        Feed(name="loads", silver=LOADS, period_column="delivered", on_repeat=OnRepeat.KEEP_NEWEST),
        Feed(name="weather", silver=WEATHER, period_column="delivered", on_repeat=OnRepeat.KEEP_NEWEST),
        Feed(name="holidays", silver=HOLIDAYS, period_column="delivered", on_repeat=OnRepeat.KEEP_NEWEST),
    ),
    models=(MODEL,),
    calendar=CALENDAR,
    # Its newest hour is an origin.
    judged_by=Period.DAY,
    derived=(EXAMPLES, KNOWN),
    jobs=JobSettings(
        training_cron="0 0 4 ? * MON",
        # After yesterday's meters have been read.
        scoring_cron="0 0 6 * * ?",
        timezone="UTC",
        timeout_s=3600,
        max_retries=1,
        monitoring_cron="0 0 8 * * ?",
    ),
)
