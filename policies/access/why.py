"""Why a principal has or lacks access to a securable, in steps that name the declaring resources."""

from collections.abc import Iterator
from difflib import get_close_matches

from policies import rights
from policies.access.answers import Answer
from policies.access.compute import Access
from policies.access.model import Key
from policies.errors import PolicyError


def why(access: Access, principal: str, name: str, privilege: str = "") -> Iterator[str]:
    """Lines: every privilege with its steps; if there is none, the missing part. With `privilege`, only that one.

    Access is effective: a privilege that the principal holds only in runs as a service principal is marked so. `name`
    is a securable's name, or its kind and name: `prod.credit_gold`, `schema prod.credit_gold`. Raises PolicyError for a
    name that the stacks do not have, and for a privilege that its kind does not have.
    """
    principal = _spelled(principal, list(access.estate.principals))
    for key in _keys(access, name):
        answers = [(each, access.effective(principal, key, each)) for each in _wanted(access, key, privilege)]
        held = [(each, answer) for each, answer in answers if answer.allowed]
        yield f"{principal} on {key}: {_all(held, privilege)}"
        yield from _held(held) if held else _missing(answers)


def _wanted(access: Access, key: Key, privilege: str) -> tuple[str, ...]:
    allowed = access.privileges_on(key)
    wanted = next((each for each in allowed if rights.privilege(each) == rights.privilege(privilege)), "")
    if privilege and not wanted:
        raise PolicyError(f"there is no {privilege!r} on a {key.kind}; there are {', '.join(allowed)}")
    return (wanted,) if wanted else allowed


def _all(held: list[tuple[str, Answer]], wanted: str) -> str:
    return ", ".join(privilege for privilege, _ in held) or (f"no {wanted}" if wanted else "nothing")


def _held(held: list[tuple[str, Answer]]) -> Iterator[str]:
    for privilege, answer in held:
        where = f", from {', '.join(answer.workspaces)}" if answer.workspaces else ""
        through = f", running as {answer.through}" if answer.through else ""
        yield f"  {privilege}{where}{through}"
        yield from (f"    {step}" for step in answer.steps)


def _missing(answers: list[tuple[str, Answer]]) -> Iterator[str]:
    """Each reason once: most privileges lack the same part."""
    single = len(answers) == 1
    told = {
        reason if single else reason.replace(f"gave {privilege} ", "gave anything ")
        for privilege, answer in answers
        for reason in answer.steps[-1:]
    }
    yield from (f"    {reason}" for reason in sorted(told))


def _keys(access: Access, name: str) -> list[Key]:
    found = [key for key in sorted(access.estate.securables) if name in (key.name, str(key))]
    if not found:
        _require(name, [key.name for key in access.estate.securables], "securable")
    return found


def _spelled(principal: str, known: list[str]) -> str:
    """The principal in the matrix's spelling: `Analysts` for `analysts`."""
    wanted = rights.principal_key(principal)
    found = next((name for name in known if rights.principal_key(name) == wanted), principal)
    _require(found, known, "principal")
    return found


def _require(name: str, known: list[str], what: str) -> None:
    if name not in known:
        close = get_close_matches(name, known, n=3, cutoff=0.4)
        hint = f"; close are {', '.join(dict.fromkeys(close))}" if close else ""
        raise PolicyError(f"{what} {name!r} is in no stack{hint}. All of them: mlops access --format csv")
