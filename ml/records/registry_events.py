"""What happened to a registered model, as a job that a model-update trigger starts is told it."""

import argparse
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Update:
    """A version of a model that is ready, or that `alias` names now."""

    model: str
    version: int
    alias: str = ""


def updates(text: str) -> tuple[Update, ...]:
    """What `{{job.trigger.model.updates}}` became: a JSON list of objects, or nothing in a run that no event started.

    For flags: raises argparse.ArgumentTypeError for anything else.
    """
    # A reference that stands for nothing in a run stays as it was written.
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
