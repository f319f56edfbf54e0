"""Plays the story of the mirror in a checkout that switches one on: `mlops demo USECASE --story mirror`."""

from cli.demo.checks import Judged
from cli.demo.landing import Landing, prepare
from cli.demo.mirror import STORY
from cli.demo.mirror.checks import judged
from cli.demo.mirror.found import look
from cli.demo.mirror.steps import tell
from cli.demo.play import story_command
from cli.demo.stories import story_of
from cli.demo.under_way import Demo


def _arriving(use_case: str) -> Landing:
    return prepare(use_case, story_of(use_case), None, generated=STORY)


def _tell(demo: Demo) -> list[Judged]:
    return judged(look(demo, tell(demo)))


story_command(_arriving, _tell)()
