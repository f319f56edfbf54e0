"""The tags of a version that differs from the live one in one part.

The problem defines its parts, for example one series of a fleet. Such a version was not trained, so gates do not judge
it: the returning row passed them with the version that it was fitted for.
"""

from collections.abc import Mapping
from dataclasses import dataclass

# It does not change the fitted model.
RETRAINS = False

# Tags of such a version: the part, the version that was live, and the version that the part comes from.
PART, PART_OF, PART_FROM = TAGS = ("part", "part_of", "part_from")


@dataclass(frozen=True, kw_only=True)
class Made:
    """The origin of a version with one part from another version."""

    part: str
    of: int
    part_from: int

    @property
    def as_tags(self) -> Mapping[str, str]:
        """One tag per field."""
        return {PART: self.part, PART_OF: str(self.of), PART_FROM: str(self.part_from)}


def made_of(tags: Mapping[str, str]) -> Made | None:
    """The origin in a version's tags; None for a trained version."""
    if PART not in tags:
        return None
    return Made(part=tags[PART], of=int(tags[PART_OF]), part_from=int(tags[PART_FROM]))
