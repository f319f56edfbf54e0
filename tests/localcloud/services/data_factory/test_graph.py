"""Which activities start, which are skipped, and how the pipeline ends."""

from typing import Any

import pytest

from localcloud.services.data_factory.graph import Status, next_step, problems, result

OK, BAD, LEFT = Status.SUCCEEDED, Status.FAILED, Status.SKIPPED


def _activity(name: str, *edges: str) -> dict[str, Any]:
    """`edges` are `name:Condition`, several conditions by `+`."""
    return {
        "name": name,
        "dependsOn": [
            {"activity": edge.partition(":")[0], "dependencyConditions": edge.partition(":")[2].split("+")}
            for edge in edges
        ],
    }


def _ended(activities: list[dict[str, Any]], says: dict[str, Status]) -> dict[str, Status]:
    """Every activity to its end, those that run as `says`."""
    ended: dict[str, Status] = {}
    while len(ended) < len(activities):
        starting, skipped = next_step(activities, ended, frozenset())
        ended |= dict.fromkeys(skipped, LEFT) | {each["name"]: says.get(each["name"], OK) for each in starting}
    return ended


TRY_CATCH = [_activity("work"), _activity("mend", "work:Failed")]
IF_ELSE = [*TRY_CATCH, _activity("next", "work:Succeeded")]
IF_SKIP_ELSE = [*IF_ELSE, _activity("dummy", "next:Skipped")]


@pytest.mark.parametrize(
    ("activities", "says", "ended", "status", "failed"),
    [
        (TRY_CATCH, {}, {"work": OK, "mend": LEFT}, OK, []),
        (TRY_CATCH, {"work": BAD}, {"work": BAD, "mend": OK}, OK, []),
        (TRY_CATCH, {"work": BAD, "mend": BAD}, {"work": BAD, "mend": BAD}, BAD, ["mend"]),
        (IF_ELSE, {"work": BAD}, {"work": BAD, "mend": OK, "next": LEFT}, BAD, ["work"]),
        (IF_SKIP_ELSE, {"work": BAD}, {"work": BAD, "mend": OK, "next": LEFT, "dummy": OK}, OK, []),
        ([_activity("a"), _activity("b", "a:Completed")], {"a": BAD}, {"a": BAD, "b": OK}, OK, []),
        ([_activity("a"), _activity("b", "a:Failed+Succeeded")], {}, {"a": OK, "b": OK}, OK, []),
        (
            [_activity("a"), _activity("b"), _activity("c", "a:Succeeded", "b:Failed")],
            {},
            {"a": OK, "b": OK, "c": LEFT},
            OK,
            [],
        ),
    ],
)
def test_how_a_pipeline_ends(
    activities: list[dict[str, Any]],
    says: dict[str, Status],
    ended: dict[str, Status],
    status: Status,
    failed: list[str],
) -> None:
    """By its last activities; for a skipped one by those before it, as Data Factory's documentation lists."""
    assert _ended(activities, says) == ended
    assert result(activities, ended) == (status, failed)


def test_what_is_no_graph_is_named() -> None:
    """All at once; a circle only when the rest is sound."""
    wrong = [_activity("a", "z:Succeeded"), _activity("a"), _activity("b", "a:Done")]
    assert problems(wrong) == [
        "the name 'a' is used twice",
        "'a' depends on 'z', which is not an activity",
        "'b' has the condition 'Done': use Succeeded, Failed, Skipped, Completed",
    ]
    assert "in a circle" in problems([_activity("a", "b:Failed"), _activity("b", "a:Failed")])[0]
