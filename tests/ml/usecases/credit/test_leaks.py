"""The declared limits of leaks: no feature of the generated clients is refused, merged or not, and a planted one is."""

import numpy as np
import pytest

from ml.problems.registry import judging_of
from ml.usecases import use_case
from ml.usecases.credit.demo.generate import LABEL, generate, merger

MODEL = use_case("credit").models[0]
LIMIT, JUDGING = MODEL.gates.compliance.leaks.max_single_feature_ranking, judging_of(MODEL)
ROWS, FROM = 6_000, 3_000
CLIENTS = generate(ROWS, 4, shift=merger(FROM))


@pytest.mark.parametrize("months", [slice(0, 1000), slice(FROM, FROM + 1000)])
def test_what_drives_the_outcome_ranks_under_the_limit_by_itself(months: slice) -> None:
    """Before the merger the repayment status, after it the use of the limit, which nearly is the truth there."""
    rows = CLIENTS.iloc[months].reset_index(drop=True)
    labels = rows[LABEL].to_numpy(np.float64)
    used = rows["BILL_AMT1"] / rows["LIMIT_BAL"]
    found = [JUDGING.ranking_alone(used, labels), JUDGING.ranking_alone(rows["PAY_0"], labels)]
    assert 0.65 < max(found) < LIMIT - 0.03


def test_the_outcome_in_a_feature_ranks_over_it() -> None:
    """A status of the next month that is the outcome in 95 of 100 rows."""
    labels = CLIENTS[LABEL].to_numpy(np.float64)
    rng = np.random.default_rng(1)
    status = CLIENTS[LABEL].where(rng.uniform(size=ROWS) < 0.95, rng.integers(2, size=ROWS))
    assert JUDGING.ranking_alone(status, labels) > LIMIT
