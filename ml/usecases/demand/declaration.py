"""The demand use case, declared."""

from ml.declarations import (
    RMSSE,
    WAPE,
    Algorithm,
    Calendar,
    ComparisonGate,
    ComplianceGate,
    Feed,
    Forecasting,
    Gates,
    Hierarchy,
    InfrastructureGate,
    JobSettings,
    Joins,
    Layer,
    LeakLimits,
    Level,
    Limits,
    MeasureRule,
    Model,
    Monitoring,
    OnRepeat,
    Outcome,
    Period,
    SignOff,
    Source,
    Spelling,
    Table,
    Tuning,
    UseCase,
    WorseByShare,
)
from ml.usecases.demand.derived import EXAMPLES, KNOWN_DEMAND, LEFT_OUT, WEEKLY_DEMAND
from ml.usecases.demand.features import DEMAND_FEATURES
from ml.usecases.demand.lines import REVENUE, SALE_LINES
from ml.usecases.demand.queries import FORECAST_TOTALS
from ml.usecases.demand.rules import FAMILY_CHARACTERS, HISTORY, SERIES, STEPS, TOTALS
from ml.usecases.demand.tables import OFFERS, OWNER, SALES

DEMAND = Outcome(
    table=Table(
        name="demand_outcomes",
        layer=Layer.GOLD,
        owner=OWNER,
        comment="One row per example whose week is over: the units sold in it, and when that became known.",
        keys=("series_step", "origin", "known_from"),
        columns=(
            EXAMPLES.table.column("series_step"),
            EXAMPLES.table.column("origin"),
            EXAMPLES.table.column("example_id"),
            KNOWN_DEMAND.table.column("known_from"),
            KNOWN_DEMAND.table.column("demand"),
        ),
    ),
    source=KNOWN_DEMAND.table,
    key="series_step",
    event_time="origin",
    known_from="known_from",
    label="demand",
    joins=Joins.EVENT_ID,
    event_id="example_id",
    # The week after the origin's week ends 14 days after the origin's Monday.
    horizon_periods=14,
)

GATES = Gates(
    compliance=ComplianceGate(
        max_group_difference=1.0,
        min_group_rows=30,
        # Every series is forecast every week, so each hold-out key also occurs in training.
        leaks=LeakLimits(max_repeated_keys_ratio=1.0),
    ),
    comparison=ComparisonGate(
        # No sMAPE: the best forecast of intermittent demand is above zero, which sMAPE counts as completely wrong.
        measures=(
            # Repeating the last week gives 0.96 in quiet months and 1.1 in months after a change; a model trained then
            # must pass with its limited knowledge.
            MeasureRule(measure=RMSSE, margin=0.05, limit=1.25),
            MeasureRule(measure=WAPE, margin=0.05),
        ),
        min_holdout_rows=200,
    ),
    # It scores in batch: nobody waits for loading.
    infrastructure=InfrastructureGate(max_load_s=60.0, max_latency_ms=500.0, max_memory_mib=2048.0),
    sign_off=SignOff.AUTOMATIC,
)

MONITORING = Monitoring(
    # One step ahead of sixty series.
    min_rows=50,
    # The four rows of a series share its past, and next week's past is nearly the same: sixty series are sixty values,
    # and chance alone moves their PSI by 0.35. The limits are 0.63 and 0.9 standard deviations, and so are those of KS.
    psi=Limits(warn=0.4, act=0.8),
    ks=Limits(warn=0.25, act=0.35),
    # A growing series leaves the range first, with four rows: a sixtieth of all.
    outside_ratio=Limits(warn=0.04, act=0.08),
    # The calendar changes each week, discounts follow the shop's plans, and every series ages. Totals are the same for
    # all rows of a country. For the newest fitted weeks the later steps are not known yet.
    drift_without=("step", "discount", "week_of_year", "weeks_to_christmas", "age_weeks", "weeks_sold", *TOTALS),
    # Two weeks after an origin its first two steps are known; the others follow.
    labels_due_periods=2,
    min_labelled_share=0.2,
    # A training learns a change from the weeks that are known when its hold-out begins. With fewer than eight weeks of
    # errors these are weeks before the change, so a training would be useless, however large the errors are.
    labelled_periods_below=8,
    limits={
        "scaled_error": WorseByShare(act=0.5, severe=20.0),
        # The rows of a week are dependent: quiet weeks are up to 0.1 from the level.
        "interval_coverage": Limits(warn=0.15, act=0.25),
    },
)

MODEL = Model(
    name="weekly_demand",
    comment="Units of a product that a country buys in a week, one to four weeks ahead, with bounds.",
    purpose="Buyers order with it, and the warehouse plans its people.",
    not_for="Prices: what a discount does was not tried out at random. Products that are younger than a quarter.",
    owner=OWNER,
    licence="CC BY 4.0",
    contains_personal_data=False,
    feature_table=DEMAND_FEATURES,
    features=tuple(feature.name for feature in DEMAND_FEATURES.features),
    outcome=DEMAND,
    fairness_groups=(),
    problem=Forecasting(
        unit="units",
        series=SERIES,
        step="step",
        horizon=STEPS[-1],
        history=HISTORY,
        hierarchy=Hierarchy(
            levels=(
                Level(name="family", feature="stock_code", characters=FAMILY_CHARACTERS),
                Level(name="product", feature="stock_code"),
            ),
        ),
        # One in ten changes of a series' forecasts may be needless for a buyer who is used to them.
        false_retrainings=0.1,
    ),
    # The network over all products is a candidate if PyTorch is installed.
    algorithms=(Algorithm.LIGHTGBM, Algorithm.NETWORK),
    tuning=Tuning(trials=4),
    holdout_ratio=0.2,
    tuning_ratio=0.1,
    # Outcomes four weeks ahead are known five weeks late: in the newest month only nearer weeks calibrate.
    calibration_ratio=0.25,
    seed=20_111_209,
    gates=GATES,
    # An outcome four weeks ahead is known five weeks after its origin.
    monitoring=MONITORING,
)

USE_CASE = UseCase(
    name="demand",
    comment="Demand: how many units of a product will a country buy in each of the next four weeks?",
    owner=OWNER,
    feeds=(
        Feed(
            name="sales",
            silver=SALES,
            period_column="sold_on",
            row_column="line",
            # A file that is delivered again corrects its earlier records.
            on_repeat=OnRepeat.KEEP_NEWEST,
            source=Source(spelling=Spelling(timestamps=("yyyy-MM-dd HH:mm:ss",))),
        ),
        Feed(
            name="offers",
            silver=OFFERS,
            period_column="announced_on",
            on_repeat=OnRepeat.KEEP_NEWEST,
        ),
    ),
    models=(MODEL,),
    queries=(FORECAST_TOTALS,),
    calendar=Calendar(period=Period.DAY, timezone="Europe/London"),
    judged_by=Period.WEEK,
    derived=(SALE_LINES, REVENUE, WEEKLY_DEMAND, EXAMPLES, LEFT_OUT, KNOWN_DEMAND),
    # On Mondays, after the end of the week.
    jobs=JobSettings(
        training_cron="0 0 4 ? * MON",
        scoring_cron="0 0 6 ? * MON",
        timezone="Europe/London",
        timeout_s=3600,
        max_retries=1,
        monitoring_cron="0 0 8 ? * MON",
        maintenance_cron="0 0 20 ? * MON",
    ),
)
