"""Globs for repeated matching: each tuple of them is compiled once to one pattern, and cached.

`fnmatch` caches at most 256 patterns, as many as rules and prices have together, and beyond that compiles one for every
comparison.
"""

import re
from collections.abc import Sequence
from fnmatch import translate
from functools import cache


def fits(text: str, globs: Sequence[str]) -> bool:
    """Whether one of the globs matches the whole text; case-sensitive."""
    return _compiled(tuple(globs)).match(text) is not None


@cache
def _compiled(globs: tuple[str, ...]) -> re.Pattern[str]:
    # Without globs nothing matches, not even the empty text.
    return re.compile("|".join(map(translate, globs)) if globs else r"(?!)")
