"""Which of the clouds' host names are answered here, and by which port of the local cloud. No other one is."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

# What Azure and the Databricks account are called; the account's port answers for all of them.
_OF_THE_ACCOUNT = (
    "accounts.azuredatabricks.net",
    "graph.microsoft.com",
    "login.microsoftonline.com",
    "management.azure.com",
    "*.dfs.core.windows.net",
    "*.vault.azure.net",
)


def port_of(host: str, account_url: str, workspaces: Mapping[str, str]) -> int | None:
    """The port that answers for `host`; None for a host that is not this cloud's.

    `workspaces`: by the URL that stacks know a workspace by, its URL here.
    """
    name = host.lower()
    known = {str(urlsplit(theirs).hostname): ours for theirs, ours in workspaces.items()}
    if name in known:
        return urlsplit(known[name]).port
    return urlsplit(account_url).port if any(fnmatchcase(name, each) for each in _OF_THE_ACCOUNT) else None
