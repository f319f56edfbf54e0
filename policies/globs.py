"""Globs that are matched again and again: each tuple of them becomes one pattern, and stays.

`fnmatch` forgets its patterns beyond 256, as many as rules and prices have together, and then compiles one for every
comparison.
"""

import re
from collections.abc import Sequence
from fnmatch import translate
from functools import cache


def fits(text: str, globs: Sequence[str]) -> bool:
    """Whether one of the globs covers the whole text; letters count in their case."""
    return _compiled(tuple(globs)).match(text) is not None


@cache
def _compiled(globs: tuple[str, ...]) -> re.Pattern[str]:
    # Without globs nothing fits, not even the empty text.
    return re.compile("|".join(map(translate, globs)) if globs else r"(?!)")
