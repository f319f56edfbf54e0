"""When a training is the same as an earlier one."""

from dataclasses import replace
from datetime import date

import pytest

from ml.examples.dataset import Month
from ml.training.fingerprint import code_sha256, fingerprint
from ml.usecases import use_case

_SAME: dict[str, object] = {
    "model_name": "prod.credit_ops.default_risk",
    "model": use_case("credit").model,
    "source_catalog": "prod",
    "months": (Month(month=date(2023, 1, 1), rows=10, positives=2, checksum=99),),
    "sample_rows": 0,
    "code": "c",
    "requirements": ("xgboost==3.2.0",),
}


def _print(**changed: object) -> str:
    return fingerprint(**{**_SAME, **changed})  # type: ignore[arg-type]


def test_equal_inputs_have_equal_fingerprints() -> None:
    """64 hex digits, the same each time."""
    assert _print() == _print()
    assert len(_print()) == 64


@pytest.mark.parametrize(
    "changed",
    [
        {"model": replace(use_case("credit").model, seed=1)},
        {"model": replace(use_case("credit").model, features=("limit_bal",))},
        {"source_catalog": "dev"},
        {"months": (Month(month=date(2023, 1, 1), rows=10, positives=2, checksum=98),)},
        {"sample_rows": 500},
        {"holdout_start": date(2023, 1, 1)},
        {"code": "d"},
        {"requirements": ("xgboost==3.2.1",)},
        {"model_name": "dev.credit_ops.default_risk"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_whatever_decides_a_model_changes_it(changed: dict[str, object]) -> None:
    """One value of the data, the declaration, the sample, the code, a library."""
    assert _print(**changed) != _print()


def test_the_code_is_hashed_from_the_files_that_train() -> None:
    """Repeatable within one checkout."""
    assert code_sha256() == code_sha256()
    assert len(code_sha256()) == 64
