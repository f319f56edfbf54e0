"""The credit use case with two narrow feeds and one feature: the same stages, and a tenth of the columns to compile."""

from dataclasses import replace

import pytest

from ml.declarations import Feature, OnRepeat, UseCase
from ml.usecases import USE_CASES
from ml.usecases.credit.declaration import USE_CASE as CREDIT
from ml.usecases.credit.tables import APPLICATIONS
from tests.ml import lake as lake_module

_KEPT = ("client_id", "application_month", "age")
_AGE = Feature(name="age", expression="age", type="int", comment="Age.", unit="years")


def small(*, on_repeat: OnRepeat = OnRepeat.KEEP_FIRST, keys: tuple[str, ...] | None = None) -> UseCase:
    """The use case; `keys` are those of silver's labels, if others than declared."""
    silver = replace(APPLICATIONS, columns=tuple(APPLICATIONS.column(name) for name in _KEPT))
    applications, labels, _ = (replace(feed, on_repeat=on_repeat) for feed in CREDIT.feeds)
    reported = replace(labels.silver, keys=keys) if keys else labels.silver
    table = replace(CREDIT.models[0].feature_table, source=silver, features=(_AGE,))
    outcome = replace(CREDIT.models[0].outcome, source=reported)
    return replace(
        CREDIT,
        feeds=(replace(applications, silver=silver), replace(labels, silver=reported)),
        models=(
            replace(
                CREDIT.models[0],
                feature_table=table,
                features=("age",),
                outcome=outcome,
                fairness_groups=(),
                defaults={},
            ),
        ),
    )


def declare(monkeypatch: pytest.MonkeyPatch, use_case: UseCase) -> None:
    """Let tasks find `use_case` as credit, and `Lake.land` write its headers."""
    monkeypatch.setitem(USE_CASES, "credit", use_case)
    for feed in use_case.feeds:
        monkeypatch.setitem(lake_module.HEADERS, feed.name, feed.raw_columns)
