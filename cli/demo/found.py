"""Tables of monitoring's findings beyond its limits: slices that became worse, and the accuracy of estimates. Pure."""

from cli.output import Row
from ml.declarations import Model
from ml.problems.finding import SLICE_LOSS
from ml.usecases.story import Records

_SLICES_SHOWN = 12
EXPECTED = "expected_"


def worst_slices(records: Records) -> list[Row]:
    """One row per slice found in a period, newest periods first."""
    found = [row for row in records.metrics if row["metric"] == SLICE_LOSS and row["slice"]]
    newest = sorted(found, key=lambda row: (row["period"], -float(row["value"])), reverse=True)
    return [
        {
            "period": row["period"],
            "version": int(row["model_version"]),
            "slice": row["slice"],
            "rows": int(row["rows"]),
            "worse_by": f"{float(row['value']):.0%} of the hold-out's loss",
            "interval": f"{float(row['lower']):.0%} to {float(row['upper']):.0%}",
            "verdict": row["verdict"],
        }
        for row in newest[:_SLICES_SHOWN]
    ]


def estimates(model: Model, records: Records) -> list[Row]:
    """One row per metric estimated before outcomes were known, for the periods whose outcomes are known by now.

    Only periods that the version did not train on count.
    """
    titles = {each.name: each.title for each in model.problem.monitored}
    whole = [row for row in records.metrics if not row["column"] and row["value"] is not None]
    measured = {
        (row["metric"], row["period"], row["model_version"]): float(row["value"])
        for row in whole
        if str(row["in_training"]).lower() != "true"
    }
    pairs: dict[str, list[tuple[Row, float]]] = {}
    for row in whole:
        true = measured.get((row["metric"].removeprefix(EXPECTED), row["period"], row["model_version"]))
        if row["metric"].startswith(EXPECTED) and true is not None and row["lower"] is not None:
            pairs.setdefault(row["metric"].removeprefix(EXPECTED), []).append((row, true))
    return [_paired(titles.get(name, name), found) for name, found in pairs.items()]


def _paired(title: str, pairs: list[tuple[Row, float]]) -> Row:
    apart = [abs(float(row["value"]) - true) for row, true in pairs]
    inside = sum(float(row["lower"]) <= true <= float(row["upper"]) for row, true in pairs)
    newest, true = max(pairs, key=lambda pair: str(pair[0]["period"]))
    return {
        "metric": title,
        "periods": len(pairs),
        "came_true_inside_the_interval": f"{inside} of {len(pairs)}",
        "mean_difference": f"{sum(apart) / len(apart):.3g}",
        "newest": f"{newest['period']}: {float(newest['value']):.4g} expected, {true:.4g} came true",
    }
