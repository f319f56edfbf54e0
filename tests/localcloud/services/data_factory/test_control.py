"""Activities that steer: branches, loops, variables. A pipeline says by its variables what it did."""

from typing import Any

import pytest

from tests.localcloud.services.data_factory.conftest import FACTORY, Factory

VARIABLES = {"log": {"type": "Array"}, "text": {"type": "String", "defaultValue": "none"}, "n": {"type": "Integer"}}


def step(name: str, kind: str, *, after: str = "", when: str = "Succeeded", **own: Any) -> dict[str, Any]:
    """An activity without a linked service."""
    edges = [{"activity": after, "dependencyConditions": [when]}] if after else []
    return {"name": name, "type": kind, "dependsOn": edges, "typeProperties": own}


def _add(name: str, value: str, **more: Any) -> dict[str, Any]:
    return step(name, "AppendVariable", variableName="log", value=value, **more)


def _is(expression: str) -> dict[str, str]:
    return {"type": "Expression", "value": expression}


def _ran(factory: Factory, *activities: Any, **parameters: Any) -> tuple[dict[str, Any], Any]:
    """The run, and what the log holds at its end."""
    last = [each["name"] for each in activities][-1]
    shown = step("shown", "SetVariable", after=last, when="Completed", variableName="log", value="@variables('log')")
    declared = {name: {"type": "Bool"} for name in parameters}
    factory.pipeline("steered", *activities, shown, variables=VARIABLES, parameters=declared)
    over, rows = factory.run("steered", **parameters)
    return over, rows["shown"]["output"]["value"]


@pytest.mark.parametrize(("given", "expected"), [(True, ["yes", "after"]), (False, ["no", "after"])])
def test_a_branch_is_taken_by_its_condition(factory: Factory, given: bool, expected: list[str]) -> None:
    """What is in the other one does not run; what is in it reads what ran before."""
    branch = step(
        "branch",
        "IfCondition",
        after="first",
        expression=_is("@pipeline().parameters.good"),
        ifTrueActivities=[_add("yes", "@concat(activity('first').output.value, 'es')")],
        ifFalseActivities=[_add("no", "no")],
    )
    first = step("first", "SetVariable", variableName="text", value="y")
    over, log = _ran(factory, first, branch, _add("then", "after", after="branch"), good=given)
    assert (over["status"], log) == ("Succeeded", expected)


def test_a_switch_takes_the_case_of_its_value(factory: Factory) -> None:
    """As text, or what is said for all others."""
    cases = [{"value": "2", "activities": [_add("two", "two")]}, {"value": "3", "activities": [_add("three", "three")]}]
    for name, on in (("known", "@add(1, 1)"), ("unknown", "other")):
        chosen = step(name, "Switch", on=_is(on), cases=cases, defaultActivities=[_add("else", "else")])
        over, log = _ran(factory, chosen)
        assert (over["status"], log) == ("Succeeded", ["two" if name == "known" else "else"])


def test_every_element_has_its_turn(factory: Factory) -> None:
    """In order if it says so, with branches in it; also after one that failed, which fails the loop."""
    wrong = step("stop", "Fail", message="@concat('no ', item().name)", errorCode="17")
    inside = step(
        "which", "IfCondition", after="add", expression=_is("@equals(item().name, 'b')"), ifTrueActivities=[wrong]
    )
    items = _is('@json(\'[{"name": "a"}, {"name": "b"}, {"name": "c"}]\')')
    loop = step("loop", "ForEach", items=items, isSequential=True, activities=[_add("add", "@item().name"), inside])
    over, log = _ran(factory, loop)
    assert log == ["a", "b", "c"]
    row = next(each for each in factory.rows(over["runId"]) if each["activityName"] == "loop")
    assert (row["status"], row["input"]["items"][0]) == ("Failed", {"name": "a"})
    failed = "Activity failed because an inner activity failed; Inner activity name:"
    assert row["error"]["message"] == f"{failed} which, Error: {failed} stop, Error: no b"
    stopped = next(each for each in factory.rows(over["runId"]) if each["activityName"] == "stop")
    assert (stopped["error"]["errorCode"], stopped["error"]["message"]) == ("17", "no b")


def test_elements_have_their_turns_at_once(factory: Factory) -> None:
    """Unless the loop says that they come one after the other; what they add comes in any order."""
    loop = step("loop", "ForEach", items=_is("@createArray(1, 2, 3)"), activities=[_add("add", "@string(item())")])
    over, log = _ran(factory, loop)
    assert (over["status"], sorted(log)) == ("Succeeded", ["1", "2", "3"])


def test_a_loop_ends_when_its_condition_holds(factory: Factory) -> None:
    """It is asked after each turn, of what the turn said; a failure before the last turn does not count."""
    first, others = [_add("a", "x")], [_add("b", "y")]
    empty = _is("@equals(length(variables('log')), 0)")
    once = step("once", "IfCondition", expression=empty, ifTrueActivities=first, ifFalseActivities=others)
    ended = _is("@equals(length(variables('log')), 3)")
    over, log = _ran(factory, step("loop", "Until", expression=ended, activities=[once], timeout="0.00:01:00"))
    assert (over["status"], log) == ("Succeeded", ["x", "y", "y"])
    late = step("loop", "Until", expression=_is("@false"), activities=[_add("a", "x")], timeout="0.00:00:00")
    over, _ = _ran(factory, late)
    row = next(each for each in factory.rows(over["runId"]) if each["activityName"] == "loop")
    assert row["error"]["message"] == "The activity ran longer than its timeout."


def test_a_filter_keeps_what_its_condition_holds_for(factory: Factory) -> None:
    """With how many there were and are."""
    some = step("some", "Filter", items=_is("@createArray(1, 2, 3)"), condition=_is("@greater(item(), 1)"))
    over, log = _ran(factory, some, _add("add", "@string(activity('some').output.Value)", after="some"))
    assert (over["status"], log) == ("Succeeded", ["[2, 3]"])


def test_a_wait_is_cancelled_with_its_run(factory: Factory) -> None:
    """Also inside of a loop, whose next turn does not come."""
    wait = step("wait", "Wait", waitTimeInSeconds=3600)
    factory.pipeline("waits", step("loop", "Until", expression=_is("@false"), activities=[wait]))
    run_id = factory.start("waits")
    factory.azure.ask("POST", f"{FACTORY}/pipelineruns/{run_id}/cancel")
    assert factory.wait(run_id)["status"] == "Cancelled"


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"variableName": "n", "value": "many"}, "the variable 'n' is of type Integer, and 'many' is none"),
        ({"variableName": "m", "value": 1}, "the pipeline has no variable 'm'; its variables are: log, text, n"),
    ],
)
def test_a_variable_is_declared_and_of_one_type(factory: Factory, own: Any, said: str) -> None:
    """Otherwise the activity fails and says so."""
    factory.pipeline("sets", step("set", "SetVariable", **own), variables=VARIABLES)
    over, rows = factory.run("sets")
    assert (over["status"], rows["set"]["error"]["message"]) == ("Failed", said)


_LOOP = {"items": "@x", "activities": [step("b", "Wait")]}


@pytest.mark.parametrize(
    ("activity", "said"),
    [
        (step("a", "IfCondition"), "'a' lacks expression"),
        (step("a", "ForEach", items="@x", activities=[1]), "activities are not a list of objects"),
        (
            step("a", "ForEach", items="@x", activities=[step("b", "ForEach", **_LOOP)]),
            "'b' (ForEach)",
        ),
        (step("a", "IfCondition", expression="@x", ifTrueActivities=[step("b", "Switch", on="x")]), "cannot be in 'a'"),
        (
            step("a", "ForEach", **_LOOP, batchCount=51),
            "batchCount 51: give 1 to 50",
        ),
        (step("a", "Until", expression="@x", activities=[step("b", "Wait", after="c")]), "'b' depends on 'c'"),
    ],
)
def test_what_azure_does_not_nest_is_refused(factory: Factory, activity: Any, said: str) -> None:
    """When the pipeline is declared."""
    answer = factory.azure.ask("PUT", f"{FACTORY}/pipelines/p", {"properties": {"activities": [activity]}})
    assert (answer.status_code, said in answer.text) == (400, True), answer.text
