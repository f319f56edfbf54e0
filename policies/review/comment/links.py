"""Links to lines of the repository at the reviewed commit, from the variables of GitHub and Azure Pipelines."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote, urlencode

# The address of a line of a file of the repository; empty without one.
Link = Callable[[str, int], str]
_ADDRESS = re.compile(r"https?://[^\s()<>\[\]\"'`|]+")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")


def no_link(_path: str, _line: int) -> str:
    """Without an address, places are text."""
    return ""


def link_from(environment: Mapping[str, str]) -> Link:
    """Links in the format of the repository's host; `no_link` outside a known pipeline."""
    if environment.get("GITHUB_REPOSITORY"):
        host = environment.get("GITHUB_SERVER_URL", "https://github.com")
        return _blob(f"{host}/{environment['GITHUB_REPOSITORY']}", _github_commit(environment))
    address = re.sub(r"//[^/@]*@", "//", environment.get("BUILD_REPOSITORY_URI", ""))  # it names the organisation
    commit = environment.get("SYSTEM_PULLREQUEST_SOURCECOMMITID") or environment.get("BUILD_SOURCEVERSION", "")
    if environment.get("BUILD_REPOSITORY_PROVIDER") == "GitHub":
        return _blob(address.removesuffix(".git"), commit)
    return _azure(address, commit) if environment.get("BUILD_REPOSITORY_PROVIDER") == "TfsGit" else no_link


def link_under(base: str) -> Link:
    """Links under the address of the repository's files at a commit, such as `https://host/org/repo/blob/<commit>`."""
    return _found(base, lambda path, line: f"{base.rstrip('/')}/{quote(path)}#L{line}")


def _blob(repository: str, commit: str) -> Link:
    return link_under(f"{repository}/blob/{commit}") if _COMMIT.fullmatch(commit) else no_link


def _azure(repository: str, commit: str) -> Link:
    if not _COMMIT.fullmatch(commit):
        return no_link

    def link(path: str, line: int) -> str:
        asked = {"path": f"/{path}", "version": f"GC{commit}", "line": line, "lineEnd": line + 1}
        return f"{repository}?{urlencode(asked | {'lineStartColumn': 1, 'lineEndColumn': 1})}"

    return _found(repository, link)


def _found(address: str, link: Link) -> Link:
    return link if _ADDRESS.fullmatch(address) else no_link


def _github_commit(environment: Mapping[str, str]) -> str:
    """The commit of the pull request: the run itself is at a merge commit that exists nowhere else."""
    try:
        event = json.loads(Path(environment.get("GITHUB_EVENT_PATH", "")).read_text(encoding="utf-8"))
        return str(event["pull_request"]["head"]["sha"])
    except (OSError, ValueError, KeyError, TypeError):
        return environment.get("GITHUB_SHA", "")
