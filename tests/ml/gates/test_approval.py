"""Who may approve, and what a roll-back does to an approval."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from databricks.sdk.service import iam

from ml.declarations import SignOff
from ml.gates import approval
from ml.gates.approval import NotApprovedError, Person, person, require_approver
from ml.gates.sign_off import judge
from ml.records.gate_results import JUDGING, Decision
from ml.records.promotions import Moved, rolled_back
from tests.localcloud.core import leave, start

_PASSED = dict.fromkeys(JUDGING, "pass")
_RISK, _ADMIN = frozenset({"model-risk"}), frozenset({"platform-admins"})
ANN = Person(name="ann", groups=_RISK)


@pytest.mark.parametrize(
    ("named", "creator", "problem"),
    [
        (ANN, ANN, None),
        (ANN, Person(name="root", groups=_ADMIN), None),
        (ANN, Person(name="root", groups=frozenset({"admins"})), None),
        (ANN, Person(name="bob", groups=_RISK), "bob, who may not approve in the name of ann"),
        (ANN, Person(name="job", groups=frozenset()), "job, who may not approve in the name of ann"),
        (Person(name="bob", groups=_ADMIN), Person(name="bob", groups=_ADMIN), "bob may not approve: only members of"),
        (Person(name="ann", groups=None), Person(name="ann", groups=None), "the groups of ann are unknown"),
        (Person(name="ann", groups=None), Person(name="root", groups=_ADMIN), "the groups of ann are unknown"),
        (ANN, Person(name="root", groups=None), "root, who may not approve in the name of ann"),
    ],
)
def test_a_member_approves_or_an_admin_for_them(named: Person, creator: Person, problem: str | None) -> None:
    """An admin who is no member cannot approve; whose groups cannot be read is known as neither."""
    if problem is None:
        require_approver(named, creator)
        return
    with pytest.raises(NotApprovedError, match=problem):
        require_approver(named, creator)


def test_a_person_is_an_active_user_with_groups(tmp_path: Path) -> None:
    """The directory says who somebody is; strangers, the deactivated and names with quotes are nobody."""
    core = start(tmp_path / "home")
    try:
        admin = core.admin()
        ann = admin.users.create(user_name="ann@example.com")
        admin.users.create(user_name="gone@example.com", active=False)
        admin.groups.create(display_name="model-risk", members=[iam.ComplexValue(value=ann.id)])
        assert person(admin, "ann@example.com") == Person(name="ann@example.com", groups=_RISK)
        for name in ("nobody@example.com", "gone@example.com"):
            with pytest.raises(NotApprovedError, match=f"{name} is not an active user"):
                person(admin, name)
        with pytest.raises(NotApprovedError, match="is not a user name"):
            person(admin, 'a" or userName ne "b')
    finally:
        leave(core)


def test_groups_that_the_directory_does_not_say_are_unknown(tmp_path: Path) -> None:
    """A principal that is no admin may get users without `groups`: that is not the same as being in no group."""
    core = start(tmp_path / "home")
    try:
        admin = core.admin()
        ann = admin.users.create(user_name="ann@example.com")
        admin.users.create(user_name="bob@example.com")
        admin.groups.create(display_name="model-risk", members=[iam.ComplexValue(value=ann.id)])
        core.application("promotion")
        task = core.sdk("promotion")
        assert person(task, "bob@example.com") == Person(name="bob@example.com", groups=frozenset())
        url = f"{core.account_url}/local/directory"
        assert core.call("PUT", url, json={"groups_for": "admins"}).status_code == 200
        for name in ("ann@example.com", "bob@example.com"):
            assert person(task, name) == Person(name=name, groups=None)
        assert person(admin, "ann@example.com") == Person(name="ann@example.com", groups=_RISK)
    finally:
        leave(core)


def _move(alias: str, start_: int | None, end: int, cause: str, day: int) -> Moved:
    return Moved(
        alias=alias,
        from_version=start_,
        to_version=end,
        cause=cause,
        reason="complaints",
        promoted_by="ann",
        promoted_at=datetime(2026, 1, day, tzinfo=UTC),
        run_id=str(day),
    )


@pytest.mark.parametrize(
    ("moved", "gone"),
    [
        ([], False),
        ([_move("champion", None, 1, "gates", 1), _move("champion", 1, 2, "gates", 2)], False),
        ([_move("champion", 1, 2, "gates", 1), _move("champion", 2, 1, "rollback", 2)], True),
        ([_move("champion", 1, 2, "gates", 1), _move("champion", 2, 1, "serving", 2)], False),
        ([_move("champion", 2, 1, "rollback", 2), _move("champion", 1, 2, "rollback", 3)], False),
        ([_move("champion", 2, 1, "rollback", 2), _move("champion", 1, 3, "gates", 3)], True),
        ([_move("champion", 2, 1, "rollback", 2), _move("previous", 1, 2, "rollback", 3)], True),
    ],
)
def test_a_version_stays_rolled_back_until_it_is_live_again(moved: list[Moved], *, gone: bool) -> None:
    """Replaced, or not servable, is not rolled back; a roll-back that was undone does not count."""
    assert (rolled_back(2, moved) is not None) is gone


@pytest.mark.parametrize("mode", SignOff)
def test_a_rolled_back_version_needs_a_new_approval(mode: SignOff) -> None:
    """Gates that pass again do not bring it back, even where sign-off is automatic; a person does."""
    gone = _move("champion", 2, 1, "rollback", 2)
    refused, released = judge(_PASSED, mode, (), gone), judge(_PASSED, mode, ("bob",), gone)
    assert refused.decision is Decision.FAIL
    assert "rolled back by ann in run 2 (complaints): approve it again, or roll back to it" in refused.reason
    assert (released.decision, "approved by bob after its roll-back in run 2" in released.reason) == (
        Decision.PASS,
        True,
    )


def test_an_approval_needs_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    """The job's empty default is refused."""
    with pytest.raises(SystemExit, match="2"):
        approval.main(["--use-case=credit", "--catalog=prod", "--run-id=1", "--version=1", "--by="])
    assert "--by: it is empty: give a value, because it is recorded" in capsys.readouterr().err
