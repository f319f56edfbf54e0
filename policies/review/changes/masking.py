"""Values that must not be shown: those that the provider marks, and those whose name indicates a secret."""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from policies.terraform.change import Change
from policies.terraform.plan import Plan

MASK = "(sensitive)"
# A provider marks its own attributes, but not users' entries in free-form maps such as spark_conf or tags.
_SECRET_NAME = re.compile(
    r"(password|passwd|secret|token|credential|(api|access|account|private)[._-]?key|connection[._-]?string|sas[._-]?url"
    r"|webhook|plaintext)",
    re.IGNORECASE,
)
# Names that contain "secret" but are not secret: limits, switches and addresses of secrets.
_NO_SECRET = re.compile(r"(lifetime|enabled|_id$|_name$|scope|expir|type$|_days|_version$)", re.IGNORECASE)
# Shorter ones, and short ones of only letters or digits, are words such as "true": masking them would garble the
# review.
_SHORTEST = 5
_LONG = 8
_TREES = (dict, list)
# Texts of up to this length are examined only once, unless there are too many of them.
_REMEMBERED = 200
_REMEMBERED_TEXTS = 50_000


@lru_cache(maxsize=10_000)
def is_secret_name(name: str) -> bool:
    """Whether an attribute or a key of that name is a secret."""
    return bool(_SECRET_NAME.search(name)) and not _NO_SECRET.search(name)


def part(tree: Any, key: Any) -> Any:
    """The part of a tree of marks (`true`, or marks by key or position) for `key`; a mark covers all below it."""
    if tree is True:
        return True
    if isinstance(tree, dict):
        return tree.get(key)
    return tree[key] if isinstance(tree, list) and isinstance(key, int) and key < len(tree) else None


def marked_texts(value: Any, marks: Any, name: str = "") -> list[str]:
    """The texts below `value` that are marked, or are under a secret's name."""
    found: list[str] = []
    _collect(value, marks, name, found)
    return found


def _collect(value: Any, marks: Any, name: str, found: list[str]) -> None:
    """Compares types, and examines texts in place, because every value of a plan passes here."""
    kind = type(value)
    if kind is str:
        if marks is True or is_secret_name(name):
            found.append(value)
    elif kind is dict:
        for key, below in value.items():
            if marks:
                _collect(below, part(marks, key), key, found)
            elif type(below) is str:
                if is_secret_name(key):
                    found.append(below)
            elif type(below) in _TREES:
                _collect(below, None, key, found)
    elif kind is list:
        # A text in an unmarked list is as public as the list's name.
        hides = bool(marks) or is_secret_name(name)
        for position, below in enumerate(value):
            if hides or type(below) in _TREES:
                _collect(below, part(marks, position) if marks else None, name, found)


def secrets_of(plan: Plan) -> frozenset[str]:
    """Every value of a plan that must not be shown, wherever it appears again (in a name, in a finding)."""
    found = {text for change in (*plan.resources, *plan.drift) for text in _secrets(change)}
    outputs = plan.document.get("output_changes") or {}
    return frozenset(found | {text for change in outputs.values() for text in _output_secrets(change)})


def _output_secrets(change: Mapping[str, Any]) -> Iterator[str]:
    """The values of an output that is or was sensitive, on both sides: the same text may be on either."""
    if change.get("before_sensitive") or change.get("after_sensitive"):
        for side in (change.get("before"), change.get("after")):
            yield from (text for text in marked_texts(side, marks=True) if _is_scrubbed(text))


def _secrets(change: Change) -> Iterator[str]:
    before = change.before
    if isinstance(before, dict) and isinstance(change.after, dict) and not change.before_sensitive:
        # An unchanged, unmarked value is examined once.
        before = {name: value for name, value in before.items() if value != change.after.get(name)}
    for value, marks in ((before, change.before_sensitive), (change.after, change.after_sensitive)):
        yield from (text for text in marked_texts(value, marks) if _is_scrubbed(text))


def _is_scrubbed(text: str) -> bool:
    return len(text) >= _LONG or (len(text) >= _SHORTEST and not (text.isalpha() or text.isdigit()))


class Scrubber:
    """Removes secrets from texts, in time proportional to the text and not to the number of secrets."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = frozenset(form for secret in secrets for form in (secret, json.dumps(secret)[1:-1]) if secret)
        lengths: dict[str, set[int]] = {}
        for secret in self._secrets:
            lengths.setdefault(secret[:_SHORTEST], set()).add(len(secret))
        self._lengths = {start: sorted(found, reverse=True) for start, found in lengths.items()}
        self._short = lru_cache(maxsize=_REMEMBERED_TEXTS)(self._scrubbed)

    def __call__(self, text: str) -> str:
        """`text` without any of the secrets, and without anything that looks like one."""
        return self._short(text) if len(text) <= _REMEMBERED else self._scrubbed(text)

    def _scrubbed(self, text: str) -> str:
        return hide_forms(self._without_secrets(text))

    def _without_secrets(self, text: str) -> str:
        if not self._lengths:
            return text
        parts, kept, position = [], 0, 0
        while position < len(text):
            length = self._length_at(text, position)
            if length:
                parts += [text[kept:position], MASK]
                kept = position + length
            position += length or 1
        return "".join([*parts, text[kept:]])

    def _length_at(self, text: str, position: int) -> int:
        """The length of the longest secret that starts there; 0 if none does."""
        found = self._lengths.get(text[position : position + _SHORTEST], ())
        return next((size for size in found if text[position : position + size] in self._secrets), 0)


def scrub(text: str, secrets: Iterable[str]) -> str:
    """`text` without any of `secrets`: the last line of defence, after masking by attribute."""
    return Scrubber(secrets)(text)


# Forms that identify a secret under any name. The group named `secret` is the part to hide.
_FORMS = (
    r"\b(?P<secret>(dapi|dose|dkea|dsapi)[0-9a-f]{32}(-\d+)?)\b",
    r"(?i:\b(bearer|basic)\s+)(?P<secret>[A-Za-z0-9._~+/=-]{12,})",
    r"(?i:(AccountKey|SharedAccessKey|SharedAccessSignature|password|passwd|pwd|client_secret|token|secret)\s*=\s*)"
    r"[\"'`]?(?P<secret>[^\s;&,\"'`{}()<>]{4,})",
    # A value with digits, after a name: in JSON, YAML, a header, a call, an element.
    r"(?i:(password|passwd|pwd|secret|token|credential|(api|access|account|subscription)[_-]?key)"
    r"[\"'\]]{0,2}\s*(=>|:=|[:=>])\s*[\"'`]?)(?P<secret>(?=[^\s\"'`<]{0,200}\d)[^\s;&,\"'`{}()<>]{8,})",
    # In a command line or a .netrc: digits among letters, unlike any word.
    r"(?i:(?:^|\s)-{0,2}(password|secret|token)\s+)"
    r"(?P<secret>(?=(?:[^\s]{0,40}?(?:[A-Za-z]\d|\d[A-Za-z])){2})[A-Za-z0-9+/_.~!@#%^*=-]{12,})",
    r"(?i:[?&;]sig=)(?P<secret>[A-Za-z0-9%+/=_-]{16,})",
    r"(?i:[?&;]code=)(?P<secret>[A-Za-z0-9%+/=_-]{40,})",
    r"://[^\s/:@]{1,100}:(?P<secret>[^\s/@]{3,200})@",
    r"\b(?P<secret>eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]*)?)",
    r"\b(?P<secret>(hf_|gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk-|AKIA)[A-Za-z0-9_-]{16,})",
    r"(?P<secret>(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,34})",
    r"(?P<secret>(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}==)",
    r"(?P<secret>-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----.*?(-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z))",
)
_FORM_PATTERNS = tuple(re.compile(form, re.DOTALL) for form in _FORMS)
# Without one of these lower-case texts, no form can match: almost no text is examined further.
_SIGNS = (
    *("dapi", "dose", "dkea", "dsapi", "bearer", "basic", "key", "signature", "password", "passwd", "pwd", "secret"),
    *("token", "credential", "sig=", "code=", "://", "eyj", "hf_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "glpat-"),
    *("github_pat_", "xox", "sk-", "akia", "7q~", "8q~", "=="),
)


def _may_hold_a_form(text: str) -> bool:
    """Whether a form may match the text.

    Base64 has no sign but its length. Outside ASCII, other letters may stand for a sign's.
    """
    small = text.lower()
    return not text.isascii() or any(sign in small for sign in _SIGNS) or _ENCODED.search(text) is not None


# A reference to a secret is not a secret: Databricks' `{{secrets/scope/key}}` and Terraform's `${...}` have braces.


def hide_forms(text: str) -> str:
    """`text` without secrets of known form: tokens, keys in connection strings, passwords in addresses."""
    # Names and short values recur; the shortest form has five characters.
    if len(text) < _SHORTEST:
        return text
    return _hidden_forms_of_short(text) if len(text) <= _REMEMBERED else _without_forms(text)


@lru_cache(maxsize=_REMEMBERED_TEXTS)
def _hidden_forms_of_short(text: str) -> str:
    return _without_forms(text)


def _without_forms(text: str) -> str:
    if not _may_hold_a_form(text):
        return text
    for pattern in _FORM_PATTERNS:
        text = pattern.sub(_hidden, text)
    return _ENCODED.sub(_hidden_in_base64, text)


# The encoding of a Kubernetes Secret.
_ENCODED = re.compile(r"(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40,4000}={0,2}")


def _hidden_in_base64(found: re.Match[str]) -> str:
    """The mask if the base64 text contains a secret of known form."""
    try:
        inside = base64.b64decode(found.group(), validate=True).decode("ascii")
    except ValueError:
        return found.group()
    return MASK if any(pattern.search(inside) for pattern in _FORM_PATTERNS) else found.group()


def _hidden(found: re.Match[str]) -> str:
    start, end = (found.start("secret") - found.start(), found.end("secret") - found.start())
    whole = found.group()
    return whole if MASK in whole[start:end] else whole[:start] + MASK + whole[end:]
