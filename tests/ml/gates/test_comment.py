"""Who may comment in whose name, and what a comment may be."""

import argparse
from collections.abc import Sequence

import pytest

from ml.gates.approval import NotApprovedError, Person, require_own_name
from ml.gates.comment import MOST_CHARACTERS, said


def _person(name: str, groups: Sequence[str] | None = ()) -> Person:
    return Person(name=name, groups=None if groups is None else frozenset(groups))


@pytest.mark.parametrize("creator", [_person("ann", None), _person("ann"), _person("root", ["platform-admins"])])
def test_a_person_or_an_admin_for_them_comments(creator: Person) -> None:
    """No group is asked of the person: the job's permissions decide who starts it."""
    require_own_name(_person("ann"), creator, "comment")


@pytest.mark.parametrize("groups", [None, ["data-scientists"]])
def test_nobody_else_comments_in_their_name(groups: list[str] | None) -> None:
    """Whose groups are not known is no admin."""
    with pytest.raises(NotApprovedError, match="started by bob, who may not comment in the name of ann"):
        require_own_name(_person("ann"), _person("bob", groups), "comment")


def test_a_comment_says_something_and_can_be_read() -> None:
    """Without what surrounds it; neither empty nor endless."""
    assert said("  too strict\n") == "too strict"
    for text in ("", "  ", "x" * (MOST_CHARACTERS + 1)):
        with pytest.raises(argparse.ArgumentTypeError):
            said(text)
