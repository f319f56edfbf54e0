"""Generated credit data: known truth, the real file's shape, dirt and shifts on request."""

import numpy as np
import pandas as pd
import pytest

from ml.evaluation.metrics import roc_auc
from ml.usecases.credit.declaration import USE_CASE as CREDIT
from ml.usecases.credit.demo.generate import FAULTS, LABEL, Shift, default_probability, generate, soil
from ml.usecases.credit.demo.movements import COLUMNS, strain

ROWS = 30_000


@pytest.fixture(scope="module")
def clients() -> pd.DataFrame:
    """As many clients as the real file has."""
    return generate(ROWS, seed=3)


def test_it_has_the_raw_columns_in_the_real_files_order(clients: pd.DataFrame) -> None:
    """And before the label those of the movements; one ID per row from 1 on, whole numbers throughout."""
    raw = [*CREDIT.feeds[0].raw_columns, *COLUMNS, *CREDIT.feeds[1].raw_columns[1:]]
    assert list(clients.columns) == raw
    assert clients["ID"].tolist() == list(range(1, ROWS + 1))
    assert {str(dtype) for dtype in clients.dtypes} == {"int64"}


def test_every_value_passes_the_declared_checks(clients: pd.DataFrame) -> None:
    """Clean data is clean by the use case's own limits."""
    for column in (column for feed in CREDIT.feeds[:2] for column in feed.silver.columns):
        if column.name not in {"application_month", "known_month"}:
            values = clients[column.raw_name]
            assert column.minimum is None or values.min() >= column.minimum, column.name
            assert column.maximum is None or values.max() <= column.maximum, column.name
            assert not column.allowed or set(values) <= set(column.allowed), column.name


def test_the_truth_ranks_and_calibrates_like_the_real_problem(clients: pd.DataFrame) -> None:
    """ROC AUC of the truth near 0.82, 22 % default, and outcomes drawn from exactly that probability."""
    truth = default_probability(clients)
    labels = clients[LABEL].to_numpy()
    assert roc_auc(labels, truth) == pytest.approx(0.82, abs=0.01)
    assert labels.mean() == pytest.approx(0.22, abs=0.015)
    for part in np.array_split(np.argsort(truth), 10):
        assert labels[part].mean() == pytest.approx(truth[part].mean(), abs=0.035)


def test_the_past_of_the_account_drives_the_outcome(clients: pd.DataFrame) -> None:
    """Without the movements even the truth ranks worse, and no column of the application makes up for them."""
    without = clients.drop(columns=list(COLUMNS))
    labels = clients[LABEL].to_numpy()
    lost = roc_auc(labels, default_probability(clients)) - roc_auc(labels, default_probability(without))
    assert lost == pytest.approx(0.028, abs=0.01)
    strained = strain(clients)
    assert (strained.mean(), strained.std()) == (pytest.approx(0, abs=0.08), pytest.approx(0.92, abs=0.05))
    application = clients[[*CREDIT.feeds[0].raw_columns[1:]]]
    assert application.corrwith(pd.Series(strained)).abs().max() < 0.03


def test_movements_are_valid(clients: pd.DataFrame) -> None:
    """By the limits of their own table."""
    for column in CREDIT.feeds[2].silver.columns[2:]:
        values = clients[[f"{column.raw_name}_{month}" for month in (1, 2, 3)]].to_numpy()
        assert column.minimum is not None
        assert values.min() >= column.minimum
        assert column.maximum is None or values.max() <= column.maximum


def test_history_hangs_together(clients: pd.DataFrame) -> None:
    """Late clients tend to stay late, revolvers carry bills, and stress shows in both."""
    late = clients["PAY_2"] > 0
    assert (clients.loc[late, "PAY_3"] > 0).mean() > 3 * (clients.loc[~late, "PAY_3"] > 0).mean()
    used = clients["BILL_AMT1"] / clients["LIMIT_BAL"]
    assert used[clients["PAY_0"] == 0].median() > 5 * used[clients["PAY_0"] == -2].median()
    assert np.corrcoef(clients["BILL_AMT1"], clients["BILL_AMT2"])[0, 1] > 0.9


def test_the_seed_decides(clients: pd.DataFrame) -> None:
    """Same seed, same clients; another seed, others."""
    pd.testing.assert_frame_equal(clients, generate(ROWS, seed=3))
    assert not clients.equals(generate(ROWS, seed=4))


def test_a_shift_moves_only_what_comes_after_it(clients: pd.DataFrame) -> None:
    """Clients before the row are the very same; after it more are late and more default."""
    row = 20_000
    shifted = generate(ROWS, seed=3, shift=Shift(from_row=row, stress=1.0))
    pd.testing.assert_frame_equal(shifted.iloc[:row], clients.iloc[:row])
    assert (shifted["PAY_0"][row:] > 0).mean() > 1.5 * (clients["PAY_0"][row:] > 0).mean()
    assert shifted[LABEL][row:].mean() > clients[LABEL][row:].mean() + 0.08


def test_a_shift_of_the_odds_changes_outcomes_and_no_inputs(clients: pd.DataFrame) -> None:
    """What the same inputs mean changes: concept drift, with its truth known too."""
    shift = Shift(from_row=20_000, stress=0.0, log_odds=1.0)
    shifted = generate(ROWS, seed=3, shift=shift)
    pd.testing.assert_frame_equal(shifted.drop(columns=LABEL), clients.drop(columns=LABEL))
    truth = default_probability(shifted, shift)
    assert truth[20_000:].mean() > default_probability(shifted)[20_000:].mean() + 0.1
    assert shifted[LABEL][20_000:].mean() == pytest.approx(truth[20_000:].mean(), abs=0.02)


def test_dirt_is_of_every_kind_in_turn(clients: pd.DataFrame) -> None:
    """100 faults over 5 kinds are 20 each; all other rows stay as they were."""
    small = clients.head(1000)
    dirty = soil(small, 0.1, seed=1)
    assert len(dirty) == 1000 + 20
    assert dirty["ID"].duplicated().sum() == 20
    for fault in FAULTS:
        if fault.column is not None:
            assert (dirty[fault.column] == fault.value).sum() == 20, fault
    untouched = dirty.drop_duplicates("ID").astype(str).to_numpy() == small.astype(str).to_numpy()
    assert (~untouched).sum() == 80


def test_senseless_wishes_are_refused() -> None:
    """With what is allowed."""
    with pytest.raises(ValueError, match=r"rows=0, dirty_ratio=0.0; allowed: rows from 1, dirty_ratio 0\.\.0\.5"):
        generate(0, seed=1)
    with pytest.raises(ValueError, match=r"dirty_ratio=0\.9"):
        generate(10, seed=1, dirty_ratio=0.9)
