"""Other places that serve a model: a job cannot reach them, so it reports the versions that remain there."""

import argparse
from collections.abc import Sequence

from ml.versions.version_task import Subject

PLACES = ("aks", "azure-ml")


def add_flag(flags: argparse.ArgumentParser) -> None:
    """The flag that names the other places where the environment serves the model."""
    flags.add_argument("--other-places", default=(), type=_places, help="comma-separated; default: none")


def left_behind(places: Sequence[str], handle: str, version: int) -> str:
    """The places that still answer with another version, and the commands to change that; empty: none. Pure."""
    if not places:
        return ""
    steps = "; ".join(f"mlops place {handle} --to {place}" for place in places)
    were = "was not moved and answers" if len(places) == 1 else "were not moved and answer"
    return f"{' and '.join(places)} {were} as before: version {version} goes there by {steps}"


def reported(places: Sequence[str], subject: Subject, version: int) -> dict[str, str]:
    """The same as a field of a task's report; none without such a place."""
    case, model = subject.common.use_case, subject.model
    handle = case.name if len(case.models) == 1 else f"{case.name}/{model.name}"
    said = left_behind(places, handle, version)
    return {"left_behind": said} if said else {}


def _places(text: str) -> tuple[str, ...]:
    found = tuple(each for each in text.split(",") if each)
    unknown = sorted(set(found) - set(PLACES))
    if unknown:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}; allowed are {', '.join(PLACES)}")
    return found
