"""The end of the story: a roll-back that is done and undone."""

from cli.demo.under_way import Demo, done_before, heading
from cli.model_records import new_parts
from cli.output import progress

_BY = "the demo"


def rehearse_roll_back(demo: Demo) -> None:
    """If a second version became live: roll back to the previous one and return, querying the endpoint each time."""
    heading("one roll-back, done and undone")
    found = demo.records()
    if len(set(found.champions)) < 2:
        progress.print("  only one version was ever live, so there is nothing to roll back to")
        demo.ask_endpoint("at the end")
        return
    first = found.rollbacks[0] if found.rollbacks else None
    replaced = int(first["from_version"]) if first else found.champions[-1]
    if first is None:
        demo.ask_endpoint("after the retraining")
        before = [version for version in found.champions if version != replaced][-1]
        roll_back(demo, before, "to see that it works")
        demo.ask_endpoint("after the roll-back")
    now = demo.records()
    if now.trained(now.champion) != replaced:
        roll_back(demo, replaced, "the roll-back was a rehearsal")
    if demo.rolls_back_part:
        _roll_back_part(demo, replaced)
    demo.ask_endpoint("at the end")


def _roll_back_part(demo: Demo, version: int) -> None:
    """Roll back one part that is new in the live `version`."""
    if demo.records().parts:
        done_before("one part was rolled back")
        return
    part = new_parts(demo.model, version)[0]
    heading(f"{part} is rolled back separately")
    demo.run("prod", "rollback", part=part, reason="to see that it works", by=_BY)


def roll_back(demo: Demo, version: int, reason: str) -> None:
    """Make `version` live again."""
    demo.run("prod", "rollback", to_version=str(version), reason=reason, by=_BY)
