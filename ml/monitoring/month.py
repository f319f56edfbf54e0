"""All metrics of one month. Pure: frames in, metrics out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from ml.declarations import Model
from ml.monitoring import groups, performance
from ml.monitoring.calendar_months import months_between
from ml.monitoring.drift import Reference, ks, ks_noise, psi, psi_noise, reference
from ml.monitoring.metric import PREDICTION, Finding, Kind, Metric, Verdict, at_most, unknown
from ml.monitoring.performance import Auc, auc
from ml.monitoring.quality import Arrival, arrival_ratios, null_ratio, outside_metric, outside_ratio, row_count

LABEL = "label"


@dataclass(frozen=True, kw_only=True, eq=False)
class Expectation:
    """What a model version was made from and how good it was there, prepared once for many months.

    `columns` has every model feature and group attribute (of the fitted months) and `probability` (of the hold-out,
    which the version has not seen, so that its scores there are those it gives in life).
    """

    model_version: int
    columns: Mapping[str, Reference]
    typical_rows: float
    holdout: Auc
    fitted_first_month: date
    fitted_last_month: date
    described: str


@dataclass(frozen=True, kw_only=True, eq=False)
class MonthData:
    """One arrived month. `frame`: one row per feature row (or a sample of them) with features and group attributes,
    `probability` (null: not scored) and `label` (null: not known). `rows` and `labelled` count the whole month.
    """

    month: date
    newest_month: date
    rows: int
    labelled: int
    scored: int
    arrival: Arrival
    frame: pd.DataFrame


def expectation(
    model: Model,
    *,
    model_version: int,
    fitted: pd.DataFrame,
    holdout: pd.DataFrame,
    monthly_rows: pd.Series,
    described: str,
) -> Expectation:
    """Prepare a version's reference. `holdout` has `probability` and `label`; `monthly_rows` is indexed by month."""
    names = column_names(model)
    return Expectation(
        model_version=model_version,
        columns={
            **{name: reference(name, fitted[name]) for name in names},
            PREDICTION: reference(PREDICTION, holdout[PREDICTION]),
        },
        typical_rows=float(monthly_rows.median()),
        holdout=auc(holdout[LABEL], holdout[PREDICTION]),
        fitted_first_month=monthly_rows.index.min(),
        fitted_last_month=monthly_rows.index.max(),
        described=described,
    )


def column_names(model: Model) -> tuple[str, ...]:
    """The model's features, then the group attributes."""
    return tuple(dict.fromkeys((*model.features, *model.fairness_groups)))


def measure(data: MonthData, expected: Expectation, model: Model) -> list[Metric]:
    """Every metric of the month, in a fixed order: quality, drift, performance, fairness."""
    in_training = expected.fitted_first_month <= data.month <= expected.fitted_last_month
    found = [
        *_quality(data, expected, model),
        *_drift(data, expected, model),
        *_performance(data, expected, model, in_training=in_training),
        *_fairness(data, model),
    ]
    return [
        Metric(
            month=data.month,
            model_version=expected.model_version,
            in_training=in_training,
            **vars(finding),
        )
        for finding in found
    ]


def _watched(data: MonthData, expected: Expectation, model: Model) -> tuple[str, ...]:
    """The columns to measure: not those of an optional source that neither the month nor the reference has."""
    optional = {feature.name for feature in model.feature_table.features if feature.optional}
    return tuple(
        name
        for name in column_names(model)
        if name not in optional or expected.columns[name].rows or data.frame[name].notna().any()
    )


def _too_few(data: MonthData, model: Model) -> str | None:
    least = model.monitoring.min_rows
    return f"{len(data.frame)} rows; at least {least} are needed" if len(data.frame) < least else None


def _quality(data: MonthData, expected: Expectation, model: Model) -> list[Finding]:
    limits = model.monitoring
    awaited = data.month == data.newest_month and not data.arrival.received
    whole = [
        row_count(data.rows, expected.typical_rows, limits, awaited=awaited),
        *arrival_ratios(data.arrival, limits),
        _scored_share(data),
        _labelled_share(data, model),
    ]
    names = _watched(data, expected, model)
    few, chance = _too_few(data, model), limits.false_alarms_per_month / (2 * len(names))
    if few:
        metrics = [(m, name) for name in names for m in ("null_ratio", outside_metric(expected.columns[name]))]
        return [*whole, *(unknown(Kind.DATA_QUALITY, metric, name, data.rows, few) for metric, name in metrics)]
    return [
        *whole,
        *(null_ratio(expected.columns[name], data.frame[name], limits, chance) for name in names),
        *(outside_ratio(expected.columns[name], data.frame[name], limits, chance) for name in names),
    ]


def _scored_share(data: MonthData) -> Finding:
    """Rows that the version scored. Missing ones are awaited in the newest month, and a breach in an older one."""
    share = data.scored / data.rows if data.rows else 1.0
    awaited = data.month == data.newest_month
    verdict = Verdict.OK if share >= 1 else Verdict.UNKNOWN if awaited else Verdict.BREACH
    return Finding(
        kind=Kind.DATA_QUALITY,
        metric="scored_share",
        column="",
        value=share,
        verdict=verdict,
        reason=f"{data.scored} of {data.rows} rows are scored",
        rows=data.rows,
        threshold_low=1.0,
    )


def labels_overdue(month: date, newest_month: date, due_months: int) -> bool:
    """Whether outcomes of `month` should have been known before `newest_month`."""
    return months_between(month, newest_month) > due_months


def _labelled_share(data: MonthData, model: Model) -> Finding:
    """Rows whose outcome is known. Too few of them are awaited until they are due, then a breach."""
    limits = model.monitoring
    share = data.labelled / data.rows if data.rows else 1.0
    overdue = labels_overdue(data.month, data.newest_month, limits.labels_due_months)
    enough = share >= limits.min_labelled_share
    return Finding(
        kind=Kind.DATA_QUALITY,
        metric="labelled_share",
        column="",
        value=share,
        verdict=Verdict.OK if enough else Verdict.BREACH if overdue else Verdict.UNKNOWN,
        reason=f"the outcome of {data.labelled} of {data.rows} rows is known"
        + ("" if enough else "; overdue" if overdue else "; not due yet"),
        rows=data.rows,
        threshold_low=limits.min_labelled_share,
    )


def _drift(data: MonthData, expected: Expectation, model: Model) -> list[Finding]:
    limits, few = model.monitoring, _too_few(data, model)
    names = (*_watched(data, expected, model), PREDICTION)
    # Each column is tested by PSI and by KS, so each test gets its part of the month's chance.
    chance = limits.false_alarms_per_month / (2 * len(names))
    if few:
        metrics = [(metric, name) for name in names for metric in _drift_metrics(expected.columns[name])]
        return [unknown(Kind.DRIFT, metric, name, data.rows, few) for metric, name in metrics]
    return [found for name in names for found in _moved(expected.columns[name], data.frame[name], model, chance)]


def _drift_metrics(before: Reference) -> tuple[str, ...]:
    """Text has no order, so no distribution function to compare."""
    return ("psi", "ks") if before.ordered.size else ("psi",)


def _moved(before: Reference, values: pd.Series, model: Model, chance: float) -> list[Finding]:
    limits, known = model.monitoring, values.dropna()
    if not before.rows or len(known) < limits.min_rows:
        why = f"{len(known)} known values in the month, {before.rows} in the reference; {limits.min_rows} are needed"
        return [unknown(Kind.DRIFT, metric, before.column, len(known), why) for metric in _drift_metrics(before)]
    found = [
        at_most(
            Kind.DRIFT,
            "psi",
            before.column,
            psi(before.counts, before.histogram(known)),
            limits.psi,
            rows=len(known),
            noise=psi_noise(len(before.counts), before.rows, len(known), chance),
        )
    ]
    if before.ordered.size:
        distance = ks(before.ordered, known.to_numpy(dtype=float))
        noise = ks_noise(before.rows, len(known), chance)
        found.append(at_most(Kind.DRIFT, "ks", before.column, distance, limits.ks, rows=len(known), noise=noise))
    return found


def _performance(data: MonthData, expected: Expectation, model: Model, *, in_training: bool) -> list[Finding]:
    limits = model.monitoring
    known = data.frame[data.frame[LABEL].notna() & data.frame[PREDICTION].notna()]
    why = None
    if in_training:
        why = f"version {expected.model_version} was fitted on this month, so its outcomes prove nothing"
    elif not data.rows or data.labelled < limits.min_labelled_share * data.rows:
        why = f"the outcome of {data.labelled} of {data.rows} rows is known"
    elif len(known) < limits.min_rows:
        why = f"{len(known)} rows have a prediction and an outcome; at least {limits.min_rows} are needed"
    if why:
        return [unknown(Kind.PERFORMANCE, metric, "", len(known), why) for metric in performance.METRICS]
    labels, probabilities = known[LABEL].to_numpy(dtype=int), known[PREDICTION].to_numpy(dtype=float)
    return [
        performance.auc_finding(auc(labels, probabilities), expected.holdout, limits),
        *performance.calibration(labels, probabilities, limits),
    ]


def _fairness(data: MonthData, model: Model) -> list[Finding]:
    limits, gate = model.monitoring, model.gates.compliance
    scored = data.frame[data.frame[PREDICTION].notna()]
    positive = scored[scored[LABEL] == 1]
    attributes = model.fairness_groups
    # Each attribute is tested by parity and by opportunity, so each test gets its part of the month's chance.
    chance = limits.false_alarms_per_month / max(1, 2 * len(attributes))
    allowed = groups.Allowed(difference=limits.group_difference, gate=gate, chance=chance)
    return [
        *(groups.parity(scored, attribute, allowed) for attribute in attributes),
        *(groups.opportunity(positive, attribute, allowed) for attribute in attributes),
    ]
