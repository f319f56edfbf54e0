"""Keeps one comment per stack on a pull request: `python -m delivery.comments [dist/reviews]`.

`.ci/review` writes a file per stack there. A file with text creates or replaces the stack's comment; an empty one
removes it. A stack without a file keeps its comment: its plan may have failed, which the run reports itself.
"""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from delivery.host import Comment, DeliveryError, Host
from delivery.hosts import host

_MARKER = re.compile(r"\A<!-- mlops-review: (?P<stack>[\w-]+) -->")


@dataclass(frozen=True, kw_only=True)
class Change:
    """The action on one stack's comment: no `comment` adds one, no `text` removes it."""

    stack: str
    comment: Comment | None
    text: str


def changes(wanted: Mapping[str, str], found: Sequence[Comment]) -> Iterator[Change]:
    """The actions from the existing comments to the wanted ones, by stack. None for a comment that is as wanted."""
    kept: dict[str, Comment] = {}
    for comment in found:
        marked = _MARKER.match(comment.text)
        if marked and marked["stack"] in wanted and kept.setdefault(marked["stack"], comment) is not comment:
            # A second comment, from two concurrent runs.
            yield Change(stack=marked["stack"], comment=comment, text="")
    for stack, text in sorted(wanted.items()):
        there = kept.get(stack)
        if text != (there.text if there else ""):
            yield Change(stack=stack, comment=there, text=text)


def read(folder: Path) -> dict[str, str]:
    """The comments from `.ci/review`, by stack. Raises DeliveryError for one without its marker."""
    found = {}
    for path in sorted(folder.rglob("*.md")):
        text = path.read_text(encoding="utf-8").strip()
        if path.name == "summary.md":
            continue
        marked = _MARKER.match(text)
        if text and (marked is None or marked["stack"] != path.stem):
            raise DeliveryError(f"{path}: begins with no marker of {path.stem}; write it with .ci/review")
        found[path.stem] = text
    return found


def apply(place: Host, wanted: Mapping[str, str]) -> list[str]:
    """Apply the changes; one line of output per change."""
    done = []
    for change in changes(wanted, place.comments()):
        if change.comment is None:
            place.add_comment(change.text)
        elif change.text:
            place.change_comment(change.comment, change.text)
        else:
            place.remove_comment(change.comment)
        verb = "removed" if not change.text else "changed" if change.comment else "added"
        done.append(f"{change.stack}: comment {verb}")
    return done


def main(arguments: Sequence[str]) -> int:
    """Read, compare, write. Returns the exit code."""
    folder = Path(arguments[0] if arguments else "dist/reviews")
    try:
        print("\n".join(apply(host(), read(folder))) or "every comment is as it was")
    except DeliveryError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
