"""Events of a registered model, as a model-update trigger passes them to its job."""

import argparse
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Update:
    """A model version that became ready, or that `alias` now points to."""

    model: str
    version: int
    alias: str = ""


def updates(text: str) -> tuple[Update, ...]:
    """The value of `{{job.trigger.model.updates}}`: a JSON list of objects, or empty in a run that no event started.

    An argparse type: raises argparse.ArgumentTypeError for anything else.
    """
    # Databricks leaves a reference without a value as it was written.
    if not text.strip() or text.startswith("{{"):
        return ()
    try:
        return tuple(_update(each) for each in json.loads(text))
    except (ValueError, TypeError, KeyError) as error:
        wanted = '[{"full_name": "catalog.schema.model", "version": 3}]'
        raise argparse.ArgumentTypeError(f"{text!r} is no list of updates such as {wanted}: {error}") from error


def _update(given: dict[str, Any]) -> Update:
    return Update(
        model=str(given["full_name"]), version=int(given["version"]), alias=str(given.get("alias_name") or "")
    )
