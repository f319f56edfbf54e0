"""What a killed demo left to do, as the records show it. Pure."""

import json

from ml.usecases.story import RETRAIN, SIGN_OFF, Records


def unreleased(records: Records, served: int | None) -> int | None:
    """The version whose promotion did not finish; None if all did. Pure.

    Such a version is unjudged, or released but never live, or live by the record but not by the alias, or not on the
    endpoint. The endpoint serves the version `served` (None: there is no endpoint).
    """
    # No gate judges a version made by a partial roll-back, and its run finishes the promotion itself.
    newest = max((version.number for version in records.versions if version.number not in records.parts), default=None)
    if newest is None:
        return None
    signed = records.verdicts(newest).get(SIGN_OFF)
    if signed is None or (signed["verdict"] == "pass" and newest not in records.champions):
        return newest
    last = records.champions[-1] if records.champions else None
    return last if records.champion != last or served not in (None, last) else None


def settled(records: Records, period: str) -> bool:
    """Whether `period` is decided on and, if a training was requested, a newer version was trained since. Pure."""
    decided = records.decision(period)
    if decided is None:
        return False
    then: int = json.loads(decided["evidence"])["newest_version"]
    return decided["action"] != RETRAIN or (records.newest or 0) > then
