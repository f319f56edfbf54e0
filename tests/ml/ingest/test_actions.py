"""How much Spark has to execute for a month, and for nothing new."""

from ml.ingest import bronze, silver
from tests.ml.actions import executed
from tests.ml.lake import Lake, application


def test_a_month_of_two_feeds_takes_few_executions(lake: Lake) -> None:
    """Every query, write and statement counts. Without news only the balance is asked: versions are in the logs."""
    lake.land("applications", "2023-01", application(1))
    lake.land("labels", "2023-02", (1, 0))
    lake.run(bronze, "1")
    lake.run(silver, "1")
    lake.land("applications", "2023-02", application(2), application(3, AGE=""))
    lake.land("labels", "2023-03", (2, 0), (2, 0))
    counts = {}
    for run_id in ("month", "nothing"):
        for task in (bronze, silver):
            with executed() as found:
                lake.run(task, run_id)
            counts[f"{run_id} {task.__name__}"] = found
    assert {name: len(found) for name, found in counts.items()} == {
        "month ml.ingest.bronze": 7,
        "month ml.ingest.silver": 11,
        "nothing ml.ingest.bronze": 1,
        "nothing ml.ingest.silver": 1,
    }
