"""The forms of Databricks' and Azure's secrets, besides those of detect-secrets, which loads this file by path."""

import base64
import re
from collections.abc import Generator
from itertools import chain

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
        re.compile(r"[?&;]sig=[A-Za-z0-9%/+]{40,}"),
        # Keys of functions, and tokens of DevOps.
        re.compile(r"[?&;]code=[A-Za-z0-9_\-/+%]{40,}={0,2}"),
        re.compile(r"\b[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}\b"),
        re.compile(r"\b(?:Account|SharedAccess)Key=[A-Za-z0-9/+]{40,}={0,2}"),
        # 64 bytes: the keys of storage and Cosmos accounts, under any name; a lock file's digests have the same length.
        re.compile(r"(?<!sha512-)(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{86}==(?!=)"),
    )


class ModelHubTokenDetector(RegexBasedDetector):
    """Tokens of model hubs and GitHub's fine-grained tokens, by prefix."""

    secret_type = "Model Hub Token"  # noqa: S105 - the kind's name
    denylist = (
        re.compile(r"\bhf_[A-Za-z0-9]{30,40}\b"),
        re.compile(r"\bgithub_pat_[A-Za-z0-9_]{60,}\b"),
    )


class EncodedSecretDetector(RegexBasedDetector):
    """The same secrets in base64, as in a Kubernetes Secret, under any name."""

    secret_type = "Encoded Secret"  # noqa: S105 - the kind's name
    denylist = (re.compile(r"(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40,}={0,2}"),)

    def analyze_string(self, string: str) -> Generator[str, None, None]:
        """Each base64 text that contains a secret of known form."""
        forms = (*DatabricksTokenDetector.denylist, *AzureSecretDetector.denylist)
        for found in super().analyze_string(string):
            text = _decoded(found)
            if any(form.search(text) for form in forms):
                yield found


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode("ascii")
    except ValueError:
        return ""


class PassedSecretDetector(RegexBasedDetector):
    """A random value under a secret's name: in a call, a header, an element, or options of a URL or driver."""

    secret_type = "Passed Secret"  # noqa: S105 - the kind's name
    _NAME = (
        r"(?:password|passwd|pwd|secret|token|credential|authorization|(?:api|access|account|subscription)[_\-]?key)"
    )
    _VALUE = r"([A-Za-z0-9+/_\-.~!@#%^*]{12,}={0,2})"
    denylist = (
        re.compile(
            _NAME + r"[\"'\]]{0,2}\s*(?:=>|:=|[:=,])\s*[fr]?[\"'`](?:Bearer |Basic )?" + _VALUE + r"[\"'`]", re.I
        ),
        re.compile(r"\bBearer\s+" + _VALUE),
        # For a URL, a driver, and a command line or a `.netrc`; for an element; and for a line of a header or YAML.
        re.compile(r"(?:^|[;?&\"'\s])(?:password|pwd|token)=" + _VALUE, re.I),
        re.compile(r"(?:^|\s)(?:--?)?(?:password|secret|token)\s" + _VALUE + r"(?=\s|$)", re.I),
        re.compile(r"<(?:\w*[.:_\-])?" + _NAME + r">" + _VALUE + r"</", re.I),
        re.compile(r"^\s*[\w\-]*" + _NAME + r":\s+" + _VALUE + r"\s*$", re.I),
    )

    def analyze_string(self, string: str) -> Generator[str, None, None]:
        """Each value that looks random: words, paths and names do not."""
        found = chain.from_iterable(form.findall(string) for form in self.denylist)
        return (value for value in found if _is_random(value))


def _is_random(value: str) -> bool:
    """Digits among letters in several places, and few repeated letters."""
    changes = len(re.findall(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])", value))
    return changes >= 3 and len(set(value)) >= 8


class PrivateKeyHeaderDetector(RegexBasedDetector):
    """The first line of a private key: detect-secrets' own detector finds the following lines only in small files."""

    secret_type = "Private Key Header"  # noqa: S105 - the kind's name
    denylist = (re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----"),)
