"""What is said of a score, and when it is said that it cannot be reproduced."""

from dataclasses import replace
from typing import Any

import pytest

from cli.why.told import Found, Reasons, Why, judged
from ml.declarations import Feature, Model
from ml.usecases import use_case

CREDIT = use_case("credit").models[0]
_NAMES = [feature.name for feature in CREDIT.feature_table.features]
ROW: dict[str, Any] = dict.fromkeys(_NAMES, "1") | {"sex": None, "age_band": None}
KEPT = "a" * 64
PREDICTION = {
    "client_id": "5",
    "application_month": "2025-01-01",
    "model_version": "2",
    "probability": "0.125",
    "run_id": "77",
    "scored_at": "2025-02-02T12:00:00.000Z",
}


def _why(**changed: Any) -> Why:
    given: dict[str, Any] = {
        "model": CREDIT,
        "name": "prod.credit_ops.default_risk",
        "table": "prod.credit_gold.client_features",
        "prediction": PREDICTION,
        "tags": {"feature_table": "prod.credit_gold.client_features", "feature_table_version": "4"},
        "features": ROW,
        "read_at": "version 6",
        "because": "",
        "reasons": Reasons(contributions={"limit_bal": 0.1, "pay_status_1": -0.4}, raw_answer=-1.5, base_value=-1.2),
    }
    return Why(**{**given, **changed})


def _with_sensitive(feature: Feature) -> Model:
    """The credit model, which takes `feature` as well."""
    table = replace(CREDIT.feature_table, features=(*CREDIT.feature_table.features, feature))
    return replace(CREDIT, feature_table=table, features=(*CREDIT.features, feature.name))


INCOME = Feature(name="income", expression="1", type="double", comment="Income.", sensitive=True)


def test_a_score_has_its_version_its_tables_and_its_sum() -> None:
    """By what the prediction, the version's tags and the version itself say."""
    told = {row["what"]: row["value"] for row in _why().summary()}
    assert told == {
        "answer": "probability 0.125",
        "model": "prod.credit_ops.default_risk version 2",
        "trained on": "prod.credit_gold.client_features@4",
        "event": "application_month 2025-01-01",
        "scored": "2025-02-02T12:00:00.000Z in run 77",
        "features from": "prod.credit_gold.client_features, version 6",
        "reproduced": "yes: same features, same answer",
        "contributions": "they and the base value -1.2 sum to -1.5, the answer before calibration",
    }


def test_features_come_by_what_they_contribute_with_value_source_and_age() -> None:
    """What is read of another table is older than the event; a column that the model does not take is said so."""
    rows = _why().rows()
    assert [row["feature"] for row in rows[:2]] == ["pay_status_1", "limit_bal"]
    assert rows[0] == {
        "feature": "pay_status_1",
        "value": "1",
        "unit": "months of delay",
        "from": "the event's own row",
        "age_days": "32.5",
        "contribution": -0.4,
        "note": "",
    }
    by_name = {row["feature"]: row for row in rows}
    assert (by_name["inflow_mean"]["from"], by_name["inflow_mean"]["age_days"]) == ("movements", "over 32.5")
    assert (by_name["sex"]["value"], by_name["sex"]["note"]) == ("hidden from you", "not taken by the model")


def test_features_of_the_hash_that_was_kept_reproduce_the_score() -> None:
    """Those of the table as it was, if it was corrected since."""
    then, now = Found(row=ROW, read_at="version 6", hashed=KEPT), Found(row=ROW, read_at="newest", hashed="b" * 64)
    assert judged(CREDIT, KEPT, [then, now]) == (then, "")
    assert judged(CREDIT, KEPT, [replace(now, hashed=KEPT)]) == (replace(now, hashed=KEPT), "")


def test_features_of_another_hash_do_not() -> None:
    """Both hashes are said, and what is there now is shown."""
    now = Found(row=ROW, read_at="newest", hashed="b" * 64)
    found, because = judged(CREDIT, KEPT, [now])
    assert found == now
    assert because.startswith(
        "the features differ from those that were scored: their hash is bbbbbbbbbbbb…, the prediction"
    )
    assert "prediction's aaaaaaaaaaaa…" in because


def test_masked_features_are_not_taken_for_changed_ones() -> None:
    """A mask changes the hash, so nobody without the right can tell; the value says that it is hidden."""
    model = _with_sensitive(INCOME)
    now = Found(row={**ROW, "income": None}, read_at="newest", hashed="b" * 64)
    _, because = judged(model, KEPT, [now])
    assert because == "income: hidden from you, which your rights cannot read. Use --as with a principal who may"
    rows = {row["feature"]: row for row in _why(model=model, features=now.row, because=because, reasons=None).rows()}
    assert (rows["income"]["value"], rows["income"]["contribution"]) == ("hidden from you", None)


@pytest.mark.parametrize(
    ("kept", "rows", "message"),
    [
        (None, [Found(row=ROW, read_at="newest", hashed="b" * 64)], "has no hash of its features"),
        (KEPT, [], "its feature row is gone"),
    ],
)
def test_what_is_not_there_any_more_is_said(kept: str | None, rows: list[Found], message: str) -> None:
    """Neither is an error: the score and its version are told all the same."""
    _, because = judged(CREDIT, kept, rows)
    assert message in because
    told = _why(because=because, reasons=None, features=None).as_dict()
    assert (told["reproduced"], told["features"]) == (False, [])
    assert message in told["because"]


def test_a_null_is_told_from_a_value_that_may_be_hidden() -> None:
    """By the meaning that the declaration gives a null."""
    maybe = replace(INCOME, null_meaning="not asked")
    rows = {row["feature"]: row for row in _why(model=_with_sensitive(maybe), features={**ROW, "income": None}).rows()}
    assert rows["income"]["value"] == "hidden from you, or null: not asked"
    late = {row["feature"]: row for row in _why(features={**ROW, "inflow_mean": None}).rows()}["inflow_mean"]
    assert late["value"].startswith("null: ")
