"""Starts the local cloud, and loads stacks into it."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cli.cloud import endpoint
from cli.errors import CommandError
from cli.output import progress
from cli.paths import STACKS, current_home

if TYPE_CHECKING:
    from localcloud.endpoint import Endpoint


def start_cloud() -> "Endpoint":
    """Start the current local cloud, or find it running. Raises CommandError if it cannot start.

    It warms up in the background, so start it before synthesizing the stacks.
    """
    from localcloud import lifecycle  # noqa: PLC0415 - only commands that talk to the cloud pay for it
    from localcloud.spark import warm_up  # noqa: PLC0415 - only commands that talk to the cloud pay for it

    started, home = time.monotonic(), current_home()
    is_running = lifecycle.status(home).running
    try:
        found = lifecycle.start(home, progress=lambda line: progress.print(f"  {line}", markup=False))
    except lifecycle.StartError as error:
        raise CommandError(str(error)) from error
    if not is_running:
        warm_up.begin(home, found.spark_remote)
    progress.print(f"local cloud ready in {time.monotonic() - started:.1f} s")
    return found


def load_stacks(*names: str, apart_from: Sequence[str] = (), mend: bool = False) -> None:
    """Load the synthesized stacks `names`, or all of phase one, into the running local cloud.

    `apart_from`: environments whose stacks are left for a later load. `mend`: overwrites changes that were made outside
    the stacks.
    """
    from localcloud import loader  # noqa: PLC0415 - only commands that talk to the cloud pay for it

    started = time.monotonic()
    try:
        report = loader.load(endpoint(), STACKS, names or None, apart_from=apart_from, mend=mend)
    except loader.LoadError as error:
        raise CommandError(str(error)) from error
    progress.print(
        f"{', '.join(names) or _all_but(apart_from)} loaded in {time.monotonic() - started:.1f} s: "
        f"{report.created} created, {report.updated} updated, {report.unchanged} unchanged, {report.deleted} deleted"
    )
    if report.unchecked:
        progress.print(
            f"adopted workspaces, which are unknown here and were not checked: {', '.join(report.unchecked)}"
        )
    if report.unsettled:
        changing = ", ".join(report.unsettled)
        progress.print(f"every plan will change {changing}: sort task and depends_on blocks by task_key")


def _all_but(environments: Sequence[str]) -> str:
    return f"stacks but those of {' and '.join(environments)}" if environments else "stacks"
