"""Untrusted text in Markdown: nothing in a plan may format, link, mention, or end its block."""

import re
import unicodedata

_LONGEST = 300
# Line ends, control characters, and characters that reorder or hide what follows them.
_UNSAFE = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}


def plain(text: str) -> str:
    """`text` on one line, without invisible characters, and truncated."""
    start = text[: _LONGEST + 1]
    shown = start if start.isascii() and start.isprintable() else "".join(map(_visible, start))
    return shown if len(text) <= _LONGEST else shown[:_LONGEST] + "…"


def code(text: str) -> str:
    """`text` as a Markdown code span, which shows everything as it is."""
    shown = plain(text)
    if shown and "`" not in shown and shown[0] != " " != shown[-1]:
        return f"`{shown}`"
    runs = re.findall("`+", shown) if "`" in shown else []
    fence = "`" * (max(map(len, runs), default=0) + 1)
    # A code span must not begin or end with its own fence; one blank on each side is not shown.
    padding = " " if shown[:1] in "` " or shown[-1:] in "` " else ""
    return f"{fence}{padding}{shown}{padding}{fence}" if shown.strip() else "(empty)"


def cell(text: str) -> str:
    """`text` as a code span in a table, whose rows are split at pipes before anything else."""
    return code(text).replace("|", "\\|")


def codes(texts: tuple[str, ...] | list[str], *, most: int = 12) -> str:
    """Code spans separated by commas; at most `most`, with the number of omitted ones."""
    shown = ", ".join(code(text) for text in texts[:most])
    return shown + (f" and {len(texts) - most} more" if len(texts) > most else "")


def _visible(character: str) -> str:
    if character.isprintable() and unicodedata.category(character) not in _UNSAFE:
        return character
    return " " if character in "\n\r\t" else f"\\u{ord(character):04x}"
