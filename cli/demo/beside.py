"""Further stories: each has a local cloud of its own, and a copy of the checkout that declares what it needs."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cli.demo import mirror, streaming
from cli.demo.checkout import run_there
from cli.demo.mirror.checkout import mirroring_checkout, require_mirror
from cli.demo.streaming.checkout import changed_checkout, declaration_of
from cli.errors import CommandError
from cli.paths import use_home


@dataclass(frozen=True, kw_only=True)
class Beside:
    """How a story begins: `require` refuses a use case that has none, `change` makes its checkout in a folder."""

    require: Callable[[str], object]
    change: Callable[[str, Path], Path]


STORIES: Mapping[str, Beside] = {
    streaming.STORY: Beside(
        require=lambda use_case: declaration_of(use_case, streaming.STORY),
        change=lambda use_case, folder: changed_checkout(use_case, streaming.STORY, folder),
    ),
    mirror.STORY: Beside(require=require_mirror, change=mirroring_checkout),
}


def tell_beside(use_case: str, story: str, form: str) -> None:
    """Play a further story from its beginning. Raises CommandError with its exit code if it fails."""
    from localcloud import lifecycle  # noqa: PLC0415 - only commands that talk to the cloud pay for it

    STORIES[story].require(use_case)
    home = use_home(story)
    lifecycle.stop(home)
    shutil.rmtree(home, ignore_errors=True)
    checkout = STORIES[story].change(use_case, home / "checkout")
    code = run_there(checkout, f"cli.demo.{story}", use_case, "--format", form)
    if code:
        raise CommandError(f"the story {story} failed: see above", code)
