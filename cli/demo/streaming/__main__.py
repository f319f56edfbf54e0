"""Plays the story of streaming in a checkout that is declared for it: `mlops demo USECASE --story streaming`."""

from cli.demo.checks import Judged
from cli.demo.landing import Landing, prepare
from cli.demo.play import story_command
from cli.demo.stories import story_of
from cli.demo.streaming import STORY
from cli.demo.streaming.checks import judged
from cli.demo.streaming.held import held
from cli.demo.streaming.servers import require_programs, servers
from cli.demo.streaming.steps import end_stream, tell
from cli.demo.under_way import Demo
from cli.paths import current_home


def _arriving(use_case: str) -> Landing:
    require_programs()
    return prepare(use_case, story_of(use_case, name=STORY), None, generated=STORY)


def _tell(demo: Demo) -> list[Judged]:
    with servers(current_home() / "servers") as running:
        try:
            tell(demo, running)
            return judged(held(demo, running), demo.answers, demo.records())
        finally:
            end_stream(demo)


story_command(_arriving, _tell)()
