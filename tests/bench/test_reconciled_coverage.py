"""What the bench of reconciled intervals draws, compares, and says."""

import pandas as pd
import pytest

from bench import reconciled_coverage as bench
from ml.declarations import Method

pytestmark = pytest.mark.fast


def test_a_fleet_is_drawn_again_alike_and_its_kinds_differ() -> None:
    """One row per series, origin and step; the past of an origin is what was sold at the step of an earlier one."""
    rows = bench.fleet("near zero", 1)
    assert rows.equals(bench.fleet("near zero", 1))
    assert len(rows) == 24 * len(bench.ORIGINS) * 3
    assert rows["sales"].mean() < 1 < bench.fleet("steady", 1)["sales"].mean()
    own = rows[(rows["product"] == "a0") & (rows["shop"] == "s0")]
    ahead = own.loc[own["step"] == 1, "sales"].to_list()
    assert own.loc[own["step"] == 1, "sold_0"].to_list()[1:] == ahead[:-1]


def test_totals_are_judged_by_what_their_series_sold() -> None:
    """Series forecast as 2 with ends 0 and 3, totals as their sums: all that sold 0 to 3 and its sums is covered."""
    rows = bench.fleet("near zero", 2)
    part = rows[(rows["asked"] == bench.ORIGINS[-1]) & (rows["step"] == 1)].drop(columns=bench.PERIOD)
    asked = pd.concat([part, *bench._totals(part, bench._together(Method.VARIANCE))], ignore_index=True)
    count = (
        asked["product"].map({"total": 24}).fillna(asked["product"].str.split("=").str[0].map({"letter": 6, "kind": 2}))
    )
    size = count.fillna(1.0)
    ends = {"lo_80": 0 * size, "hi_80": 3 * size, "lo_95": 0 * size, "hi_95": 4 * size}
    found = pd.concat(bench.judged(asked.assign(forecast=2 * size, **ends)))
    assert found.groupby(["method", "level"]).size().loc["variance"].to_dict() == {
        "kind": 12,
        "letter": 4,
        "series": 24,
        "total": 1,
    }
    of_default = found[found["method"] == "variance"]
    assert of_default.loc[of_default["level"] == "total", "truth"].tolist() == [part["sales"].sum()]
    assert (of_default["hi_95 after"] == of_default["hi_95 before"]).all()


def test_it_says_where_coverage_is_clearly_too_low() -> None:
    """By more than three points, and more than chance: 70 of 80 % is, 78 % is not, nor 70 % of fleets that differ."""
    shares = {"kind": [0.70, 0.71], "letter": [0.78, 0.78], "total": [0.40, 1.0], "series": [0.80, 0.81]}
    rows = [
        {
            "kind": "steady",
            "method": "variance",
            "level": level,
            "share": 80,
            "fleet": fleet,
            "before": 0.8,
            "after": each,
        }
        for level, both in shares.items()
        for fleet, each in enumerate(both)
    ]
    found = pd.DataFrame(rows)
    assert bench.low(found, "after") == ["steady, product, 80 % (70.5%)"]
    assert bench.low(found, "before") == []
