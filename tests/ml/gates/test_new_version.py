"""Which new versions wait for their gates, and what a run is told of a registered model."""

import argparse

import pytest

from ml.gates.new_version import flags, new_versions, to_judge
from ml.records.registry_events import Update, updates

MODEL = "prod.credit_ops.default_risk"


def test_what_a_trigger_says_is_read() -> None:
    """Versions and aliases; a run that no event started is told nothing, or the reference as it was written."""
    told = f'[{{"full_name": "{MODEL}", "version": 3}}, {{"full_name": "a.b.c", "version": "4", "alias_name": "live"}}]'
    assert updates(told) == (Update(model=MODEL, version=3), Update(model="a.b.c", version=4, alias="live"))
    assert [updates(text) for text in ("", "[]", "{{job.trigger.model.updates}}")] == [(), (), ()]


@pytest.mark.parametrize(
    "text", ["3", "[3]", "[{}]", '[{"full_name": "a.b.c"}]', '[{"full_name": "a", "version": "x"}]']
)
def test_what_is_no_list_of_updates_is_refused(text: str) -> None:
    """With what one looks like."""
    with pytest.raises(argparse.ArgumentTypeError, match="is no list of updates such as"):
        updates(text)


def test_the_task_takes_what_each_start_gives() -> None:
    """The trigger leaves the job's parameters empty, and Unity Catalog's own start has no updates."""
    common = ["--use-case", "credit", "--catalog", "prod", "--run-id", "1", "--job-id", "5"]
    update = f'[{{"full_name": "{MODEL}", "version": 3}}]'
    by_trigger = flags().parse_args([*common, "--updates", update, "--model-version", ""])
    assert (by_trigger.updates, by_trigger.model_version) == ((Update(model=MODEL, version=3),), None)
    by_catalog = flags().parse_args([*common, "--updates", "[]", "--model-version", "3"])
    assert (by_catalog.updates, by_catalog.model_version) == ((), 3)


def test_a_version_is_told_once_and_only_of_its_model() -> None:
    """Oldest first, whether the trigger, Unity Catalog or both name it."""
    found = updates(f'[{{"full_name": "{MODEL}", "version": 4}}, {{"full_name": "a.b.c", "version": 9}}]')
    assert new_versions(MODEL, found, 4) == (4,)
    assert new_versions(MODEL, found, 3) == (3, 4)
    assert new_versions(MODEL, (), None) == ()


def test_a_version_that_had_its_gates_or_is_on_its_way_to_them_does_not_wait() -> None:
    """So no start of the job has gates run a second time."""
    assert to_judge((3, 4, 5), had={3}, busy={4}) == (5,)
