"""Turns a run's changes into a pull request: `python -m delivery.proposal NAME "TITLE"`.

The branch is `renew/NAME`, recreated from the run's commit; an open pull request for it gets the new content. Without
changes, nothing is proposed.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from delivery.host import DeliveryError, Host
from delivery.hosts import host

_AUTHOR = ("-c", "user.name=renewal", "-c", "user.email=renewal@users.noreply.github.com")


def branch(name: str) -> str:
    """The branch of a renewal."""
    return f"renew/{name}"


def propose(place: Host, root: Path, name: str, title: str) -> str:
    """Commit and push the changes, and open a pull request unless one is open; returns a description."""
    changed = _git(root, "diff", "--name-only").split()
    if not changed:
        return f"{name}: nothing new"
    _git(root, "switch", "--force-create", branch(name))
    _git(root, *_AUTHOR, "commit", "--all", "--quiet", "--message", title)
    _git(root, "push", "--force", "origin", branch(name))
    listed = "\n".join(f"- `{path}`" for path in changed)
    text = f"Looked up by `make renew LIST={name}`. Compare before you merge:\n\n{listed}\n"
    place.propose(branch(name), title, text)
    return f"{name}: proposed {', '.join(changed)}"


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DeliveryError(f"git {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code."""
    if len(arguments) != 2:
        print('python -m delivery.proposal NAME "TITLE": name the list and the title', file=sys.stderr)
        return 2
    try:
        print(propose(host(), Path.cwd(), *arguments))
    except DeliveryError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
