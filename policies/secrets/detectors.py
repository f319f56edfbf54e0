"""What secrets of Databricks and Azure look like, beside what detect-secrets knows. It loads this file by its path."""

import re

from detect_secrets.plugins.base import RegexBasedDetector


class DatabricksTokenDetector(RegexBasedDetector):
    """Personal access tokens, OAuth secrets of service principals, and tokens of Delta Sharing."""

    secret_type = "Databricks Token"  # noqa: S105 - the kind's name
    denylist = (
        re.compile(r"\bdapi[0-9a-f]{32}(?:-\d{1,3})?\b"),
        re.compile(r"\bdose[0-9a-f]{32}\b"),
        re.compile(r"\bdsapi[0-9a-f]{32}\b"),
    )


class AzureSecretDetector(RegexBasedDetector):
    """Client secrets of Entra ID, shared access signatures and account keys in connection strings."""

    secret_type = "Azure Secret"  # noqa: S105 - the kind's name
    denylist = (
        re.compile(r"\b[A-Za-z0-9_\-.~]{3}\dQ~[A-Za-z0-9_\-.~]{31,34}"),
        re.compile(r"[?&]sig=[A-Za-z0-9%/+]{40,}"),
        re.compile(r"\bAccountKey=[A-Za-z0-9/+]{40,}={0,2}"),
    )


class PrivateKeyHeaderDetector(RegexBasedDetector):
    """The first line of a private key: detect-secrets' own looks for the lines after it in small files only."""

    secret_type = "Private Key Header"  # noqa: S105 - the kind's name
    denylist = (re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----"),)
