"""What the command says of a person who is forgotten, from what the tasks reported."""

from cli.forget import readers, told
from cli.history import Version
from cli.removals import asked_job
from cli.runs import RunResult, TaskResult

_TAGS = {"feature_table": "prod.credit_gold.client_features", "feature_table_version": "4"}


def _version(number: int, *aliases: str, **tags: str) -> Version:
    return Version(number=number, created="", tags=_TAGS | tags, aliases=aliases)


def _task(name: str, **said: object) -> TaskResult:
    return TaskResult(env="prod", job="j", task=name, state="SUCCESS", duration_s=1, accounting={"task": name} | said)


def test_live_and_previous_versions_of_this_catalog_are_looked_into() -> None:
    """Neither a challenger nor a version that was trained on another environment's tables."""
    versions = [
        _version(1, "previous"),
        _version(2, "champion"),
        _version(3, "challenger"),
        _version(4),
        _version(5, "champion", feature_table="staging.credit_gold.client_features"),
    ]
    shared = {"model": "m", "table": "prod.credit_gold.client_features", "table_version": 4}
    assert list(readers("m", versions, "prod")) == [
        shared | {"version": 1, "is": "previous"},
        shared | {"version": 2, "is": "champion"},
    ]


def test_a_continuous_ingest_removes_in_its_next_round() -> None:
    """The job that was asked knows whether the person was found, and no count yet."""
    asked = (_task("requests", person_found=True, old_files_go_after="2026-01-31"),)
    rows = told(RunResult(run_id=1, succeeded=True, message="", tasks=asked), "prod", "credit")
    assert rows[0] == {
        "what": "prod.credit_bronze",
        "found": "",
        "details": "in the next round of the continuous ingest",
    }
    assert asked_job({"credit-ingest", "credit-requests"}, "credit") == "credit-requests"
    assert asked_job({"credit-ingest"}, "credit") == "credit-ingest"


def test_every_place_has_a_row_and_so_has_what_is_left_to_do() -> None:
    """Tables with how many records went, files that still have the person, and the models that knew them."""
    model = {"model": "m", "version": 2, "is": "champion", "table": "t", "table_version": 4}
    files = {"landing_files": ["/Volumes/a.csv"], "unread_files": ["/Volumes/b.csv"]}
    said = {"rows_removed": 3, "person_found": True, "old_files_go_after": "2026-01-31"}
    tasks = (
        _task("bronze", trained_on=[model | {"had": True}], **said, **files),
        _task("silver", rows_left=3),
        _task("publish", online_table="prod.f.o"),
    )
    rows = told(RunResult(run_id=1, succeeded=True, message="", tasks=tasks), "prod", "credit")
    assert [(row["what"], row["found"]) for row in rows] == [
        ("prod.credit_bronze", 3),
        ("prod.credit_silver", 3),
        ("prod.credit_gold", ""),
        ("online store", ""),
        ("/Volumes/a.csv", "yes"),
        ("/Volumes/b.csv", "unknown"),
        ("m version 2 (champion)", "yes"),
        ("old files of these tables", ""),
    ]
    assert rows[-2]["details"] == "trained on t@4; train again, so that it is replaced"
    assert rows[-1]["details"].startswith("are removed by the first maintenance after 2026-01-31; before that, neither")
    scored = RunResult(run_id=1, succeeded=True, message="", tasks=(_task("scoring", rows_forgotten=2),))
    assert told(scored, "prod", "credit") == [{"what": "prod.credit_gold.predictions", "found": 2, "details": ""}]
