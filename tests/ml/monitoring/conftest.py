"""The story of one model in a catalog of its own: periods arrive, are scored and monitored. Real Spark and MLflow."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from ml.declarations import Tuning
from ml.usecases import USE_CASES
from tests.ml.conftest import COMMIT, World
from tests.ml.monitoring.policies import MONTHS

if TYPE_CHECKING:
    from ml.tables import Tables

CATALOG = "story"
MODEL = f"{CATALOG}.credit_ops.default_risk"
ROWS_PER_PERIOD = 600
SHIFT_PERIOD = date(2023, 12, 1)
PERIODS = 16
_FIRST = date(2023, 1, 1)


@dataclass
class Story:
    """Catalog `story` of the world. `raw` holds every client that will ever arrive, with silver column names."""

    world: World
    raw: pd.DataFrame
    values: dict[str, Mapping[str, object]] = field(default_factory=dict)

    @property
    def tables(self) -> "Tables":
        """The tasks' door."""
        return self.world.tables

    def arrive(self, period: date) -> None:
        """Everything up to `period`: applications of that period, outcomes of the period before."""
        from pyspark.sql import functions as F  # noqa: N812, PLC0415

        from ml.features.frames import feature_rows  # noqa: PLC0415

        model = self.world.use_case.models[0]
        silver = model.feature_table.source
        frame = self.tables.spark.createDataFrame(self.raw[self.raw["application_month"] <= period])
        typed = frame.select(*(F.col(column.name).cast(column.type) for column in silver.columns))
        features = feature_rows(model.feature_table, typed)
        self.tables.merge(model.feature_table.table, self.name(model.feature_table.table), features)
        known = frame.where(F.col("known_month") <= F.lit(period))
        columns = [F.col(column.name).cast(column.type) for column in model.outcome.table.columns]
        self.tables.merge(model.outcome.table, self.name(model.outcome.table), known.select(*columns))

    def name(self, table: Any) -> str:
        """Full name of a declared table in this catalog."""
        return str(table.full_name(CATALOG, "credit"))

    def run(self, task: Any, run_id: str, **flags: object) -> dict[str, object]:
        """Run a task's main in this catalog; its task values."""
        return self.world.run(task.main, run_id, catalog=CATALOG, **flags)

    def train(self, run_id: str) -> int:
        """Train, and make the version champion without gates."""
        from ml.training import train  # noqa: PLC0415

        flags = {"source_catalog": CATALOG, "git_commit": COMMIT, "sample_rows": 0, "reason": "test"}
        version = int(str(self.run(train, run_id, **flags)["model_version"]))
        self.world.client.set_registered_model_alias(MODEL, "champion", str(version))
        return version

    def score_and_decide(self, run_id: str) -> dict[str, object]:
        """Scoring, monitoring and decision of one period; the task values of the decision."""
        from ml.monitoring import decide, measure  # noqa: PLC0415
        from ml.scoring import batch  # noqa: PLC0415

        self.run(batch, run_id)
        self.values[run_id] = self.run(measure, run_id)
        return self.run(decide, run_id)

    def rows(self, table: Any, where: str = "true") -> list[dict[str, Any]]:
        """Rows of a table of this catalog."""
        return [row.asDict() for row in self.tables.read(self.name(table)).where(where).collect()]


@pytest.fixture(scope="module")
def story(world: World, spark_remote: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Periods 2023-01 to 2024-04; a merged portfolio from 2023-12 on."""
    from ml import runtime  # noqa: PLC0415
    from ml.monitoring import alert, decide, measure  # noqa: PLC0415
    from ml.scoring import batch  # noqa: PLC0415
    from ml.usecases.credit.demo.generate import LABEL, generate, merger  # noqa: PLC0415

    case = world.use_case
    quick = replace(case, models=(replace(case.models[0], tuning=Tuning(trials=1)),))
    silver = case.models[0].feature_table.source
    rows = PERIODS * ROWS_PER_PERIOD
    raw = generate(rows, seed=11, shift=merger(11 * ROWS_PER_PERIOD))
    names = {column.raw_name: column.name for column in silver.columns} | {LABEL: "defaulted"}
    periods = [MONTHS.add(_FIRST, number // ROWS_PER_PERIOD) for number in range(rows)]
    known = [MONTHS.add(period, 1) for period in periods]
    frame = raw.rename(columns=names).assign(application_month=periods, known_month=known)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_REMOTE", spark_remote)
        patch.setitem(USE_CASES, "credit", quick)
        runtime.spark()
        for module in (alert, batch, decide, measure):
            patch.setattr(module, "door", lambda: world.tables)
        world.client.create_registered_model(MODEL)
        yield Story(world=world, raw=frame)


@pytest.fixture
def folder(story: Story) -> Path:
    """The folder behind the volume of alerts."""
    return Path(story.tables.volume_path(f"{CATALOG}.credit_ops.alerts"))
