"""The settings that `bench/secrets.py` measures, one by one: every secret is found, no look-alike is flagged."""

from pathlib import Path

import pytest

from bench.secrets import LOOK_ALIKES, MAX_FALSE_ALARMS, MIN_RECALL, SECRETS, ours, rates, written
from policies.secrets.search import search


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in which a secret was found, of all settings with one seed."""
    folder = tmp_path_factory.mktemp("settings")
    files = [*written(folder / "secrets", SECRETS, range(1)), *written(folder / "others", LOOK_ALIKES, range(1))]
    return {Path(one.path).parent.parent.name + "/" + Path(one.path).name for one in search(files, folder)}


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_found_in_its_setting(found: set[str], name: str) -> None:
    """In calls, headers, connection strings, states, lock files, pictures and other encodings."""
    assert f"secrets/{name}" in found


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_a_look_alike_is_not_flagged(found: set[str], name: str) -> None:
    """References to vaults, placeholders, names of scopes, digests, versions."""
    assert f"others/{name}" not in found


def test_the_rates_keep_their_limits() -> None:
    """Over other seeds than the page reports."""
    measured = rates(ours, seeds=range(100, 103))
    assert measured.recall >= MIN_RECALL, measured.missed
    assert measured.false_alarms <= MAX_FALSE_ALARMS, measured.flagged


def test_a_detector_that_finds_nothing_has_no_recall() -> None:
    """The measure can fail."""
    nothing = rates(lambda *_: set(), seeds=range(1))
    everything = rates(lambda files, root: {str(file.relative_to(root)) for file in files}, seeds=range(1))
    assert (nothing.recall, nothing.false_alarms) == (0, 0)
    assert (everything.recall, everything.false_alarms) == (1, 1)
