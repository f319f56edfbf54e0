"""What the demo asserts: a story that came out passes, and each way of not coming out fails its own check."""

from dataclasses import replace
from typing import Any

import pytest

from cli.demo.answers import Said, said
from cli.demo.checks import Judged, checks, judge, platform_checks, prove, require
from cli.errors import CommandError
from ml.declarations import Column, MulticlassClassification
from ml.usecases.credit.demo.story import STORY
from ml.usecases.story import Check, Finding, Records
from tests.cli.demo import made


def judged(records: Records, *, shift: bool = True, answers: Any = None) -> list[Judged]:
    """What each check comes to, on generated data or on a real file."""
    chosen = checks(STORY, made.landing(shift=shift), made.answers() if answers is None else answers)
    return judge(chosen, records)


def failed(records: Records, *, shift: bool = True, answers: Any = None) -> list[str]:
    """What does not hold."""
    return [each.what for each in judged(records, shift=shift, answers=answers) if not each.holds]


def test_a_story_that_came_out_holds_throughout() -> None:
    """Ten things hold with a known shift; without one, six do, and the rest are not asked for."""
    assert failed(made.records()) == []
    assert failed(made.records(), shift=False) == []
    assert len(judged(made.records())) == 10
    assert len(judged(made.records(), shift=False)) == 6


def test_a_part_that_was_rolled_back_by_itself_is_asked_for_if_the_story_has_parts() -> None:
    """The version that it made needs no verdicts of its own, but what it is made of needs them."""
    chosen = checks(replace(STORY, rolls_back_part=True), made.landing(), None)
    found = {each.what: each for each in judge(chosen, made.with_part(made.records()))}
    assert found["one part was rolled back separately"].detail == "version 3 is 2 with a of 1"
    assert found["no version went live without passing all four gates"].detail.startswith(
        "versions 1 passed, 2 passed, 3 made of 2 and 1;"
    )
    named = ("exactly one version is live, the one last recorded", "one roll-back was done and undone, and the record")
    assert all(each.holds for name, each in found.items() if name.startswith(("one", "no version", *named)))
    whole = {each.what: each.holds for each in judge(chosen, made.records())}
    assert not whole["one part was rolled back separately"]


@pytest.mark.parametrize(
    ("broken", "what"),
    [
        (made.with_more("versions", made.version(3, "champion")), "exactly one version is live"),
        (made.with_more("moves", made.move(2, 1, "gates", 9)), "exactly one version is live"),
        (
            made.without("gates", lambda row: row["gate"] != "compliance"),
            "no version went live without passing all four gates",
        ),
        (made.with_more("gates", *made.gates(2, "fail")), "no version went live without passing all four gates"),
        (made.without("moves", lambda row: row["promoted_at"][14:16] != "04"), "one roll-back was done and undone"),
    ],
)
def test_each_way_of_not_coming_out_is_named(broken: made.Break, what: str) -> None:
    """The check that fails is the one about what was broken."""
    assert any(name.startswith(what) for name in failed(broken(made.records())))


@pytest.mark.parametrize(
    "changes",
    [
        {"served_version": 1},
        {"online": {"probability": 0.26}},
        {"online": {"probability": float("nan")}},
        {"online": {"probability": 1.5}, "batch": {"probability": 1.5}},
        {"batch": {"probability": float("nan")}},
        {"batch": {"prediction": 0.25}},
    ],
    ids=["other version", "other probability", "NaN online", "no probability", "NaN in batch", "other columns"],
)
def test_an_endpoint_that_disagrees_fails(changes: dict[str, Any]) -> None:
    """Version and probability must be those of the live version."""
    wrong = [*made.answers()[:2], replace(made.answers()[2], **changes)]
    assert failed(made.records(), answers=wrong) == [
        "the endpoint serves the live version, with the answers of batch scoring"
    ]


@pytest.mark.parametrize(
    ("online", "batch", "agrees"),
    [
        ({"prediction": 152.0, "lower": 80.0}, {"prediction": 152.0, "lower": 80.00000001}, True),
        ({"prediction": 152.0, "lower": 80.0}, {"prediction": 152.0, "lower": 81.0}, False),
        ({"prediction": "high", "probability_high": 0.5}, {"prediction": "high", "probability_high": 0.5}, True),
        ({"prediction": "high", "probability_high": 0.5}, {"prediction": "low", "probability_high": 0.5}, False),
    ],
    ids=["values", "another bound", "classes", "another class"],
)
def test_an_endpoint_agrees_in_every_column_of_its_problem(online: Said, batch: Said, agrees: bool) -> None:
    """Values with their bounds, and classes with their probabilities."""
    output = tuple(
        Column(name=name, type="string" if isinstance(value, str) else "double", comment=name)
        for name, value in online.items()
    )
    answers = [replace(each, output=output, online=online, batch=batch) for each in made.answers()]
    assert (failed(made.records(), answers=answers) == []) is agrees


def test_rows_of_json_and_of_sql_say_the_same() -> None:
    """SQL answers numbers as text; only the columns of the problem count."""
    output = MulticlassClassification(classes=("low", "mid", "high")).output
    row = {"prediction": "low", "probability_low": 0.5, "probability_mid": 0.3, "probability_high": 0.2}
    as_text = {name: str(value) for name, value in row.items()}
    assert said(row, output) == said({**as_text, "client_id": "7"}, output) == row


def test_an_endpoint_that_was_never_asked_fails() -> None:
    """No answer proves nothing."""
    assert failed(made.records(), answers=[]) == [
        "the endpoint serves the live version, with the answers of batch scoring"
    ]


def test_a_use_case_without_an_endpoint_is_not_asked_for_answers() -> None:
    """All else must hold of it, too."""
    chosen = checks(STORY, made.landing(), None)
    assert [each.holds for each in judge(chosen, made.records())] == [True] * 9
    assert not [check.name for check in chosen if "endpoint" in check.name]


def test_only_a_later_version_may_have_scored_nothing_yet() -> None:
    """Promoted last, version 2 waits for rows to score; version 1, the first champion, has scored."""
    nothing = [replace(each, batch=None) for each in made.answers()]
    waiting = [answer for answer in nothing if answer.version == 2]
    assert failed(made.records(), answers=waiting) == []
    assert failed(made.records(), answers=nothing) == [
        "the endpoint serves the live version, with the answers of batch scoring"
    ]


def test_learning_from_the_pinned_periods_fails() -> None:
    """Without a known shift, a version whose hold-out begins later has seen pinned periods; so has an untagged one."""
    late = replace(made.records(), versions=[made.version(1, "champion", holdout_first_period="2025-03-01")])
    assert any(what.startswith("no training learned") for what in failed(late, shift=False))
    untagged = replace(made.records(), versions=[made.version(1, "champion", holdout_first_period="")])
    assert any(what.startswith("no training learned") for what in failed(untagged, shift=False))


def test_only_one_version_needs_no_roll_back() -> None:
    """Where the gates refuse every challenger there is nothing to roll back to."""
    only = replace(
        made.records(),
        versions=[made.version(1, "champion")],
        gates=made.gates(1),
        moves=[made.move(None, 1, "gates", 1)],
    )
    assert failed(only, shift=False, answers=made.answers()[1:2]) == []


def test_the_error_names_everything_that_does_not_hold() -> None:
    """And nothing that does."""
    broken = replace(made.records(), alerts=[], metrics=[])
    with pytest.raises(CommandError) as failure:
        require(judged(broken))
    told = str(failure.value)
    assert "an alert is raised and delivered: no alert" in told
    assert "the new version ranks as well as it promised: 2025-06 was not measured" in told
    assert "exactly one version" not in told


ACCOUNTS = (
    {"what": "visits", "landed": 1_010, "in": 1_010, "kept": 1_000, "quarantined": 10},
    {"what": "predictions", "landed": None, "in": 1_000, "kept": 1_000, "quarantined": 0},
)
ACCOUNTED = platform_checks("credit", ACCOUNTS)[:1]


def test_rows_that_are_all_accounted_for_are_said_to_be(capsys: pytest.CaptureFixture[str]) -> None:
    """Every landed record, of all feeds."""
    prove(ACCOUNTED, made.records())
    assert capsys.readouterr().err == "accounting: every one of 1,010 landed records is accounted for\n"


def test_each_gap_in_the_accounts_is_named() -> None:
    """Between landing and bronze, bronze and silver, features and predictions; all at once."""
    visits, predictions = ACCOUNTS
    wrong = ({**visits, "landed": 1_011, "kept": 999}, {**predictions, "kept": 998})
    with pytest.raises(CommandError) as failure:
        prove(platform_checks("credit", wrong)[:1], made.records())
    assert failure.value.message == (
        "rows are not accounted for: visits: 1,011 landed but 1,010 in bronze; "
        "visits: 1,010 in bronze but 999 kept + 10 quarantined; 1,000 feature rows but 998 of them scored"
    )


def test_after_a_check_that_fails_none_is_asked() -> None:
    """One that asks the platform may write there, so it is left out."""
    asked: list[str] = []

    def noted(name: str, *, holds: bool) -> Check:
        def judge(records: Records) -> Finding:
            asked.append(name)
            return Finding(holds=holds, detail=name)

        return Check(name=name, judge=judge)

    chosen = [noted("first", holds=True), noted("second", holds=False), noted("third", holds=True)]
    with pytest.raises(CommandError, match="second"):
        prove(chosen, made.records())
    assert asked == ["first", "second"]
