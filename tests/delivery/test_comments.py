"""One comment per stack on a pull request, on either host."""

from pathlib import Path

import pytest

from delivery.comments import apply, read
from delivery.host import DeliveryError, Host
from delivery.hosts import host
from tests.delivery.hosts import Kept

both = pytest.mark.parametrize("environment", ["github", "azure-devops"], indirect=True)


def _text(stack: str, words: str) -> str:
    return f"<!-- mlops-review: {stack} -->\n{words}"


def _texts(place: Host) -> list[str]:
    return [comment.text for comment in place.comments()]


@both
def test_a_stack_has_one_comment_that_follows_its_plan(place: Host) -> None:
    """Added, left alone while nothing changes, changed in place, and taken away once the plan changes nothing."""
    first = {"prod-ml": _text("prod-ml", "2 to update"), "prod-workspace": _text("prod-workspace", "1 to create")}
    assert apply(place, first) == ["prod-ml: comment added", "prod-workspace: comment added"]
    assert apply(place, first) == []
    assert apply(place, {"prod-ml": _text("prod-ml", "3 to update"), "prod-workspace": ""}) == [
        "prod-ml: comment changed",
        "prod-workspace: comment removed",
    ]
    assert _texts(place) == [_text("prod-ml", "3 to update")]


@both
def test_a_stack_whose_plan_failed_keeps_its_comment(place: Host) -> None:
    """It has no file, so nothing is known of it."""
    apply(place, {"prod-ml": _text("prod-ml", "2 to update")})
    assert apply(place, {"dev-ml": ""}) == []
    assert _texts(place) == [_text("prod-ml", "2 to update")]


@both
def test_a_second_comment_of_a_stack_is_taken_away(place: Host) -> None:
    """Two runs at once may have added one each."""
    for _ in range(2):
        place.add_comment(_text("prod-ml", "2 to update"))
    assert apply(place, {"prod-ml": _text("prod-ml", "2 to update")}) == ["prod-ml: comment removed"]
    assert _texts(place) == [_text("prod-ml", "2 to update")]


@pytest.mark.parametrize("environment", ["github"], indirect=True)
def test_what_a_person_wrote_stays(place: Host, kept: Kept) -> None:
    """Also on the second page of comments, and with the words that mark ours."""
    for number in range(150):
        text = _text("prod-ml", "quoted") if number == 120 else "a question"
        kept.comments[number] = {"id": number, "body": text, "user": {"login": "ana"}}
    apply(place, {"prod-ml": _text("prod-ml", "2 to update")})
    apply(place, {"prod-ml": _text("prod-ml", "3 to update")})
    assert [each["body"] for each in kept.comments.values() if each["user"]["login"] != "ana"] == [
        _text("prod-ml", "3 to update")
    ]
    assert len(kept.comments) == 151


def test_reviews_are_read_by_stack(tmp_path: Path) -> None:
    """Of every environment's folder; the summary is none; a text without its marker would never be found again."""
    for name, text in (
        ("reviews-prod/prod-ml.md", _text("prod-ml", "x")),
        ("reviews-dev/dev-ml.md", ""),
        ("s/summary.md", "s"),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert read(tmp_path) == {"prod-ml": _text("prod-ml", "x"), "dev-ml": ""}
    (tmp_path / "s" / "prod-serving.md").write_text("no marker")
    with pytest.raises(DeliveryError, match="begins with no marker of prod-serving"):
        read(tmp_path)


@both
def test_a_refused_call_says_what_the_job_lacks(environment: dict[str, str]) -> None:
    """The host's own words, and where the permissions are listed."""
    key = "GITHUB_TOKEN" if "GITHUB_TOKEN" in environment else "SYSTEM_ACCESSTOKEN"
    with pytest.raises(DeliveryError, match=r"401 .*Bad credentials.*docs/delivery\.md"):
        host({**environment, key: "wrong"}).comments()
    with pytest.raises(DeliveryError, match=f"{key} is empty"):
        host({**environment, key: ""})


def test_outside_a_pipeline_there_is_no_host() -> None:
    """Nothing is guessed."""
    with pytest.raises(DeliveryError, match="GITHUB_ACTIONS and TF_BUILD are both unset"):
        host({})
