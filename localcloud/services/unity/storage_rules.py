"""Validation of storage credentials and external locations, and the fields that Databricks adds."""

import uuid
from collections.abc import Iterator

from localcloud.kernel.body import is_given
from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError, bad_request
from localcloud.kernel.store import Document
from localcloud.services.unity.privileges import Kind

_ISOLATION = ("ISOLATION_MODE_OPEN", "ISOLATION_MODE_ISOLATED")
_IDENTITIES = ("azure_managed_identity", "azure_service_principal")
_SCHEMES = ("abfss://", "abfs://", "wasbs://", "wasb://")
_COMMON = ("name", "comment", "owner", "read_only", "isolation_mode", "force")
_FIELDS = {
    Kind.STORAGE_CREDENTIAL: (*_COMMON, *_IDENTITIES, "skip_validation", "used_for_managed_storage"),
    Kind.EXTERNAL_LOCATION: (
        *(*_COMMON, "url", "credential_name", "credential_id", "fallback", "skip_validation"),
        *("enable_file_events", "file_event_queue", "encryption_details"),
    ),
}


def require_usable(cloud: Cloud, kind: Kind, body: Document, before: Document) -> None:
    """Raise `ApiError` 400 for invalid changes in `body` relative to `before`; 404 for a missing credential.

    Fields that are as before ask for nothing: clients send back what they got.
    """
    whole = before | body
    found = [*_problems(kind, whole), *_unknown(kind, body, before)]
    if found:
        raise bad_request(f"The {kind.replace('_', ' ')} has {len(found)} problem(s): {'; '.join(found)}.")
    credential = whole.get("credential_name") if kind is Kind.EXTERNAL_LOCATION else None
    if credential and cloud.store.get(Kind.STORAGE_CREDENTIAL, str(credential).lower()) is None:
        message = f"Storage Credential '{credential}' does not exist."
        raise ApiError(404, "STORAGE_CREDENTIAL_DOES_NOT_EXIST", message)


def completed(kind: Kind, body: Document, before: Document) -> Document:
    """`body` with the generated id of a managed identity, which does not change."""
    identity = body.get("azure_managed_identity")
    if kind is not Kind.STORAGE_CREDENTIAL or not identity:
        return body
    held = (before.get("azure_managed_identity") or {}).get("credential_id") or str(uuid.uuid4())
    return {**body, "azure_managed_identity": {**identity, "credential_id": held}}


def _problems(kind: Kind, whole: Document) -> Iterator[str]:
    mode = whole.get("isolation_mode")
    if mode not in (None, "", *_ISOLATION):
        yield f"isolation_mode is '{mode}': use one of {', '.join(_ISOLATION)}"
    if kind is Kind.STORAGE_CREDENTIAL:
        given = [name for name in _IDENTITIES if is_given(whole.get(name))]
        if len(given) != 1:
            yield f"{' and '.join(given) or 'no identity'} given: give one of {', '.join(_IDENTITIES)}"
        elif not (whole[given[0]].get("access_connector_id") or whole[given[0]].get("application_id")):
            yield f"{given[0]} names neither an access_connector_id nor an application_id"
        return
    yield from (f"{name} is missing" for name in ("url", "credential_name") if not is_given(whole.get(name)))
    if whole.get("url") and not str(whole["url"]).startswith(_SCHEMES):
        yield f"url is '{whole['url']}': give one that begins with {' or '.join(_SCHEMES)}"


def _unknown(kind: Kind, body: Document, before: Document) -> Iterator[str]:
    known = _FIELDS[kind]
    for name in sorted(body):
        if name not in known and is_given(body[name]) and before.get(name) != body[name]:
            yield f"{name} is not understood"
