"""What changes inside a resource."""

from typing import Any

import pytest

from policies.review.changes.differences import Difference, differences, is_blank
from policies.terraform.plan import read_plan
from tests.policies.review.plans import change, plan


def _told(before: Any, after: Any, **more: Any) -> list[tuple[str, str, str]]:
    item = read_plan("s", plan(change("a_b.c", ["update"], before, after, **more))).resources[0]
    return [(found.path, found.before, found.after) for found in differences(item)]


def test_only_what_differs_is_told() -> None:
    """By path, with what was and what will be."""
    before = {"a": 1, "b": {"c": "x"}, "d": [1, 2]}
    assert _told(before, {"a": 2, "b": {"c": "y"}, "d": [1, 2]}) == [("a", "1", "2"), ("b.c", "x", "y")]


def test_one_more_element_does_not_make_the_others_look_changed() -> None:
    """Most lists in plans are sets, in any order."""
    before = {"access": [{"g": "b", "l": "1"}, {"g": "c", "l": "1"}]}
    after = {"access": [{"g": "a", "l": "1"}, {"g": "c", "l": "1"}, {"g": "b", "l": "1"}]}
    assert _told(before, after) == [("access[0]", "", '{"g": "a", "l": "1"}')]


def test_a_repeated_element_counts_as_often_as_it_is_there() -> None:
    """Two equal ones and then one is a change."""
    assert _told({"a": ["x", "x"]}, {"a": ["x"]}) == [("a[1]", "x", "")]


def test_a_json_text_is_told_key_by_key() -> None:
    """A cluster policy's definition is one attribute with a document in it."""
    before = {"definition": '{"a": {"value": 1}, "b": 2}'}
    assert _told(before, {"definition": '{"b": 2, "a": {"value": 3}}'}) == [("definition.a.value", "1", "3")]


def test_values_that_are_not_known_yet_are_told() -> None:
    """Also inside a list."""
    assert _told({"id": "1"}, {}, after_unknown={"id": True}) == [("id", "1", "(known after apply)")]
    found = _told({"l": [{"id": "1"}]}, {"l": [{}]}, after_unknown={"l": [{"id": True}]})
    assert found == [("l[0].id", "1", "(known after apply)")]


@pytest.mark.parametrize("value", [None, "", [], {}, [{"days": 0, "enabled": False}], {"a": None}])
def test_blanks_are_the_same(value: Any) -> None:
    """What a provider fills in after an apply is no change."""
    assert is_blank(value)
    assert _told({"a": value}, {"a": None}) == []


@pytest.mark.parametrize(("before", "after"), [(True, False), (0, 1), (False, None), ("a", "")])
def test_a_switch_is_never_blank(before: Any, after: Any) -> None:
    """Turning something off, or no longer saying that it is off, is a change."""
    assert len(_told({"a": before}, {"a": after})) == 1


def test_long_values_are_cut_and_their_length_is_told() -> None:
    """A notebook's content fills no comment."""
    assert _told({"a": ""}, {"a": "x" * 5000}) == [("a", "", "x" * 120 + "… (5,000 characters)")]


def test_a_difference_is_text_only() -> None:
    """It can be shown as it is."""
    assert Difference(path="a", before="1", after="") == Difference(path="a", before="1", after="")
