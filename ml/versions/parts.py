"""A version that differs from the live one in one part: what its tags say of that.

A part is what a problem says it is, such as one series of a fleet. Such a version was not trained, so gates do not
judge it: the row that comes back passed them with the version that it was fitted for.
"""

from collections.abc import Mapping
from dataclasses import dataclass

# It makes no other model of what was fitted.
RETRAINS = False

# Tags of such a version: the part, the version that was live, and the one that the part comes from.
PART, PART_OF, PART_FROM = TAGS = ("part", "part_of", "part_from")


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a version with one part of another is made of."""

    part: str
    of: int
    part_from: int

    @property
    def as_tags(self) -> Mapping[str, str]:
        """One tag each."""
        return {PART: self.part, PART_OF: str(self.of), PART_FROM: str(self.part_from)}


def made_of(tags: Mapping[str, str]) -> Made | None:
    """What the tags of a version say; None of one that was trained."""
    if PART not in tags:
        return None
    return Made(part=tags[PART], of=int(tags[PART_OF]), part_from=int(tags[PART_FROM]))
