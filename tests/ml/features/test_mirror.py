"""The redacted mirror on real Spark and Delta: nothing leaks, joins hold, a rerun changes nothing."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from databricks.sdk.errors import PermissionDenied
from databricks.sdk.service.workspace import AclPermission
from pyspark import cloudpickle
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

import ml
from ml.declarations import Mirror
from ml.features import mirror as stage
from ml.features.mirror import MirrorError, mirror
from ml.parameters import Common
from ml.tables import Tables
from ml.tables.door import DOOR
from ml.tables.unity_rest import UnityRestBackend
from ml.usecases import USE_CASES, use_case
from tests.localcloud.core import Core, leave, start
from tests.ml.folder_backend import FolderBackend

HEALTH = replace(
    use_case("health"), mirror=Mirror(least_keys=10, cells=("sex", "age_band"), noised=(("age_band", 0.5),))
)
FEATURES, OUTCOMES = HEALTH.models[0].feature_table.table, HEALTH.models[0].outcome.table
SECRET = b"0123456789abcdef0123456789abcdef"
# Two of them have a sex that only five patients have; their other visits must not show them either.
PATIENTS, RARE = 200, 5


def _write(tables: Tables, patients: int, above: int = 0) -> None:
    """Two visits of every patient, whose numbers are above `above`.

    The first `RARE` have sex 2 at the second one alone, so that this cell is small.
    """
    sex = f"if(id <= {RARE} and visit = 2, 2, 1)"
    given = {
        "patient_id": f"id + {above}",
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


@pytest.fixture
def core(tmp_path: Path, spark_remote: str) -> Iterator[Core]:
    """A local cloud with prod's catalog and its mirror, and the secret in prod's vault."""
    served = start(tmp_path / "home")
    served.cloud.spark_remote = spark_remote
    admin = served.admin()
    for catalog in ("prod", "prod_mirror"):
        admin.catalogs.create(catalog)
        admin.schemas.create("health_gold", catalog)
    admin.secrets.create_scope("prod")
    admin.secrets.put_secret("prod", "health-mirror-key", string_value=SECRET.decode())
    yield served
    leave(served)


def test_the_job_makes_what_dev_reads_and_nothing_of_prod_is_in_it(
    core: Core, spark: SparkSession, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The task of the deployed job, as its principal, by its parameters; then dev's training, which sees no more.

    Every value of every table of the mirror is searched for the numbers of patients, and every file for the secret.
    """
    ingest, training = core.application("prod-health-ingest"), core.application("dev-health-training")
    core.admin().secrets.put_acl("prod", ingest, AclPermission.READ)
    for catalog in ("prod", "prod_mirror"):
        core.grant("catalog", catalog, ingest, "USE_CATALOG")
        core.grant("schema", f"{catalog}.health_gold", ingest, "USE_SCHEMA", "CREATE_TABLE")
    core.grant("catalog", "prod_mirror", training, "USE_CATALOG")
    core.grant("schema", "prod_mirror.health_gold", training, "USE_SCHEMA", "SELECT")
    monkeypatch.setitem(USE_CASES, "health", HEALTH)
    above = 900_000_000
    _write(Tables(spark, UnityRestBackend(core.sdk(ingest).api_client)), PATIENTS, above)
    asked = ["--use-case", "health", "--catalog", "prod", "--run-id", "7"]
    asked += ["--mirror-catalog", "prod_mirror", "--key", "prod/health-mirror-key"]
    there = {"DATABRICKS_HOST": core.url("prod"), "DATABRICKS_TOKEN": core.token(ingest), DOOR: "unity-rest"}
    for name, value in {**there, "DATABRICKS_AUTH_TYPE": "pat", "SPARK_REMOTE": core.cloud.spark_remote}.items():
        monkeypatch.setenv(name, value)
    stage.main(asked)
    said = capsys.readouterr().out
    assert json.loads(said.splitlines()[-1])["rows_removed"] == 4 * RARE

    dev = Tables(spark, UnityRestBackend(core.sdk(training, "dev").api_client))
    for table in (FEATURES, OUTCOMES):
        rows = dev.read(table.full_name("prod_mirror", "health")).toPandas()
        assert len(rows) == 2 * (PATIENTS - RARE)
        numbers = {str(above + number) for number in range(1, PATIENTS + 1)}
        assert numbers & {str(value) for name in rows for value in rows[name]} == set()
        assert rows.filter(["age", "sex"]).isna().all(axis=None)
        with pytest.raises(PermissionDenied):
            dev.read(table.full_name("prod", "health"))
    with pytest.raises(PermissionDenied):
        _write(dev, PATIENTS)
    files = [path for path in core.cloud.home.rglob("*") if path.is_file() and "prod_mirror" in str(path)]
    assert len(files) > 4
    assert [path for path in files if SECRET in path.read_bytes()] == []
    assert SECRET.decode() not in said
