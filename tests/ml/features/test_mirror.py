"""The redacted mirror on real Spark and Delta: nothing leaks, joins hold, a rerun changes nothing."""

from dataclasses import replace
from pathlib import Path

import pytest
from pyspark import cloudpickle
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

import ml
from ml.declarations import Mirror
from ml.features.mirror import MirrorError, mirror
from ml.parameters import Common
from ml.tables import Tables
from ml.usecases import use_case
from tests.ml.folder_backend import FolderBackend

HEALTH = replace(
    use_case("health"), mirror=Mirror(least_keys=10, cells=("sex", "age_band"), noised=(("age_band", 0.5),))
)
FEATURES, OUTCOMES = HEALTH.models[0].feature_table.table, HEALTH.models[0].outcome.table
SECRET = b"0123456789abcdef0123456789abcdef"
# Two of them have a sex that only five patients have; their other visits must not show them either.
PATIENTS, RARE = 200, 5


def _write(tables: Tables, patients: int) -> None:
    """Two visits of every patient; the first `RARE` have sex 2 at the second one alone, so that this cell is small."""
    sex = f"if(id <= {RARE} and visit = 2, 2, 1)"
    given = {
        "patient_id": "id",
        "visited_on": "date_add(date'2025-01-01', cast(id + visit as int))",
        "measured_on": "date_add(date'2025-03-01', cast(id + visit as int))",
        "sex": sex,
        "age_band": "if(id % 2 = 0, 'under_50', '50_and_over')",
    }
    rows = tables.spark.range(1, patients + 1).crossJoin(tables.spark.range(1, 3).withColumnRenamed("id", "visit"))
    for table in (FEATURES, OUTCOMES):
        columns = (
            F.expr(given.get(each.name, "id + visit * 0.5")).cast(each.type).alias(each.name) for each in table.columns
        )
        tables.replace(table, table.full_name("prod", "health"), rows.select(*columns))


@pytest.fixture(scope="module")
def tables(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Gold of two hundred patients, and its mirror."""
    # As a task's session does it: Spark's workers cannot import this code.
    cloudpickle.register_pickle_by_value(ml)
    found = Tables(spark, FolderBackend(tmp_path_factory.mktemp("mirror")))
    _write(found, PATIENTS)
    counts = mirror(found, _task(), "prod_mirror", SECRET)
    kept = 2 * (PATIENTS - RARE)
    assert counts == {
        "prod_mirror.health_gold.visit_features": (2 * PATIENTS, kept),
        "prod_mirror.health_gold.visit_outcomes": (2 * PATIENTS, kept),
    }
    return found


def _task() -> Common:
    return Common(use_case=HEALTH, catalog="prod", run_id="r")


def _both(tables: Tables, catalog: str) -> tuple[DataFrame, DataFrame]:
    return tables.read(FEATURES.full_name(catalog, "health")), tables.read(OUTCOMES.full_name(catalog, "health"))


def test_no_key_and_no_sensitive_value_is_shown(tables: Tables) -> None:
    """No column of any table holds a patient's number; sex is null; and no patient of the small cell is there."""
    features, outcomes = _both(tables, "prod_mirror")
    for rows in (features, outcomes):
        assert rows.where(F.col("patient_id") <= 10 * PATIENTS).isEmpty()
        assert rows.select("patient_id").distinct().count() == PATIENTS - RARE
    assert features.where("sex is not null").isEmpty()
    # Who has sex 2 once is recognised by it: the other visit is left out with it.
    first = features.agg(F.min("bmi")).first()
    assert first is not None
    assert first[0] == RARE + 1.5


def test_a_drawn_value_may_be_wrong_and_is_the_same_for_one_patient(tables: Tables) -> None:
    """Half of them are drawn from two values, so a quarter is wrong; a second visit says nothing more."""
    rows = _both(tables, "prod_mirror")[0].selectExpr("patient_id", "age_band", "bmi", "visited_on").toPandas()
    assert set(rows["age_band"]) == {"under_50", "50_and_over"}
    assert (rows.groupby("patient_id")["age_band"].nunique() == 1).all()
    told = _both(tables, "prod")[0].selectExpr("bmi", "visited_on", "age_band as true_band").toPandas()
    both = rows.merge(told, on=["bmi", "visited_on"])
    assert 0.15 < (both["age_band"] != both["true_band"]).mean() < 0.35


def test_joins_find_what_they_find_in_production(tables: Tables) -> None:
    """Of everyone who is shown: the same pairs of a body mass index and a progression."""
    pairs = []
    for catalog in ("prod", "prod_mirror"):
        features, outcomes = _both(tables, catalog)
        joined = features.join(outcomes, ["patient_id", "visited_on"]).select("bmi", "progression")
        pairs.append({tuple(row) for row in joined.collect()})
    hidden = {(number + visit * 0.5,) * 2 for number in range(1, RARE + 1) for visit in (1, 2)}
    assert pairs[1] == pairs[0] - hidden


def test_a_rerun_changes_nothing(tables: Tables) -> None:
    """The same patients have the same hashes and the same drawn values again: no table gets another version."""
    names = [table.full_name("prod_mirror", "health") for table in (FEATURES, OUTCOMES)]
    before = [tables.version(name) for name in names]
    mirror(tables, _task(), "prod_mirror", SECRET)
    assert [tables.version(name) for name in names] == before


def test_a_weak_secret_and_a_use_case_without_a_mirror_are_refused(tables: Tables, tmp_path: Path) -> None:
    """Before anything is read."""
    with pytest.raises(MirrorError, match="the secret has 3 bytes"):
        mirror(tables, _task(), "prod_mirror", b"abc")
    with pytest.raises(MirrorError, match="demand declares no mirror"):
        mirror(tables, replace(_task(), use_case=use_case("demand")), "prod_mirror", SECRET)
