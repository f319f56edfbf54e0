"""The study's patients come day by day, and their outcomes four weeks later."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from ml.usecases.health.declaration import USE_CASE
from ml.usecases.health.demo.replay import FOLLOW_UP_DAYS, StudyError, clinic_days, read, replay, study
from ml.usecases.health.tables import VISITS


@pytest.fixture(scope="module")
def patients() -> pd.DataFrame:
    """The whole study."""
    return study()


@pytest.fixture(scope="module")
def files(patients: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """What the study becomes, by feed."""
    written = replay(patients, tmp_path_factory.mktemp("landing"))
    return {feed.name: [path for path in written if path.parent.name == feed.name] for feed in USE_CASE.feeds}


def test_every_patient_comes_once_on_a_clinic_day(patients: pd.DataFrame, files: dict[str, list[Path]]) -> None:
    """In the order of the study, on Tuesdays and Thursdays of fifteen months, three or four a day."""
    days = [date.fromisoformat(path.stem) for path in files["visits"]]
    assert days == clinic_days()
    assert (days[0], days[-1]) == (date(2024, 1, 2), date(2025, 3, 27))
    came = [pd.read_csv(path) for path in files["visits"]]
    assert {len(each) for each in came} == {3, 4}
    assert list(pd.concat(came)["patient_id"]) == list(patients["patient_id"]) == list(range(1, 443))


def test_an_outcome_arrives_four_weeks_later(patients: pd.DataFrame, files: dict[str, list[Path]]) -> None:
    """As declared, so that none comes too soon to be taken; and no visit brings it."""
    [horizon] = {model.outcome.horizon_periods for model in USE_CASE.models}
    assert horizon == FOLLOW_UP_DAYS
    for visits, follow_ups in zip(files["visits"], files["follow_ups"], strict=True):
        assert (date.fromisoformat(follow_ups.stem) - date.fromisoformat(visits.stem)).days == FOLLOW_UP_DAYS
        assert list(pd.read_csv(visits)["patient_id"]) == list(pd.read_csv(follow_ups)["patient_id"])
        assert "target" not in pd.read_csv(visits).columns
    measured = pd.concat([pd.read_csv(path) for path in files["follow_ups"]])
    assert list(measured["target"]) == list(patients["target"])


def test_equal_studies_give_equal_bytes(patients: pd.DataFrame, files: dict[str, list[Path]], tmp_path: Path) -> None:
    """So that landing again changes nothing."""
    again = {(path.parent.name, path.name): path.read_bytes() for path in replay(patients, tmp_path)}
    assert again == {(path.parent.name, path.name): path.read_bytes() for each in files.values() for path in each}


def test_every_value_of_the_study_is_valid(patients: pd.DataFrame) -> None:
    """No patient goes to quarantine: limits are wider than what was measured, and codes are those declared."""
    for column in VISITS.columns:
        if column.name == "visited_on":
            continue
        values = patients[column.raw_name]
        assert values.notna().all()
        assert column.minimum is None or values.min() > column.minimum or column.name == "patient_id"
        assert column.maximum is None or values.max() < column.maximum
        assert not column.allowed or set(values) == set(column.allowed)


def test_a_file_of_the_study_is_read_as_text(patients: pd.DataFrame, tmp_path: Path) -> None:
    """Ingest judges values; who has fewer patients than days, or lacks a column, is refused."""
    file = tmp_path / "study.csv"
    patients.to_csv(file, index=False)
    assert read(file)["bmi"][0] == "32.1"
    patients.head(100).to_csv(file, index=False)
    with pytest.raises(StudyError, match="has 100 patients; 130 clinic days need as many, or more"):
        read(file)
    patients.drop(columns="s5").to_csv(file, index=False)
    with pytest.raises(StudyError, match=r"columns \['s5'\] are missing"):
        read(file)
