"""Writes of SCIM requests: the fields of each kind, and PATCH operations. Pure; raises `ApiError` 400.

A field with a value that is not known is refused by name, and so is one that only the directory itself sets.
"""

import re
from collections.abc import Collection
from typing import Any

from localcloud.kernel.directory import Kind
from localcloud.kernel.errors import bad_request
from localcloud.kernel.store import Document
from localcloud.services.identity.resources import META, RESOURCES, Resource

_MEMBER = re.compile(r"""(?P<list>\w+)\[value eq ["'](?P<value>[^"']+)["']\]""", re.I)
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
_PATCH_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
# Entries of a list: what else is written about one is the directory's to say.
_ENTRY = frozenset({"value", "display", "primary", "type", "$ref", "ref"})
ENTITLEMENTS = (
    *("workspace-access", "databricks-sql-access", "allow-cluster-create", "allow-instance-pool-create"),
    "workspace-consume",
)
_NAME_PARTS = ("givenName", "familyName")


def made(kind: Kind, body: Document) -> Document:
    """A new document from a request's body, without the fields that the directory sets (id, groups, meta)."""
    return _read(kind, body, {})


def replaced(kind: Kind, current: Document, body: Document, groups: Collection[str]) -> Document:
    """`current` after a PUT of `body`: fields that are not in it are removed, except fixed ones.

    `groups`: ids of those that the document is in, which a PUT may say again.
    """
    said = [str(each.get("value")) for each in body.get("groups") or [] if isinstance(each, dict)]
    if set(said) - set(groups):
        raise bad_request("groups is not written here: change the members of the group.")
    resource = RESOURCES[kind]
    kept = {name: current[name] for name in ("id", *resource.fixed, *resource.ignored) if name in current}
    read = _read(kind, {name: value for name, value in body.items() if name != "groups"}, current)
    if kind == "group" and not read.get("displayName"):
        raise bad_request("group needs 'displayName'.")
    # Nobody is made active, or nameless, by a request that does not say so.
    left: Document = {name: current[name] for name in ("active", "displayName") if name in current}
    return {**left, **read, **kept}


def patched(kind: Kind, document: Document, body: Document) -> Document:
    """`document` after the PATCH `Operations` of `body`, in order."""
    _only(body, ("schemas", "Operations"), "the request")
    if body.get("schemas") not in (None, [], [_PATCH_SCHEMA]):
        raise bad_request(f"schemas must be ['{_PATCH_SCHEMA}'], not {body['schemas']}.")
    operations = body.get("Operations")
    if not isinstance(operations, list) or not operations or not all(isinstance(each, dict) for each in operations):
        raise bad_request('Operations must be a list of {"op": …, "path": …, "value": …}.')
    result = dict(document)
    for operation in operations:
        _only(operation, ("op", "path", "value"), "an operation")
        verb = str(operation.get("op", "")).lower()
        if verb not in ("add", "remove", "replace"):
            raise bad_request(f"PATCH operation '{operation.get('op')}' is not one of add, remove, replace.")
        result = _apply(kind, result, verb, str(operation.get("path") or ""), operation.get("value"))
    return result


def _apply(kind: Kind, document: Document, verb: str, path: str, value: Any) -> Document:
    if not path:
        if verb == "remove":
            raise bad_request("PATCH remove needs a path.")
        if not isinstance(value, dict):
            raise bad_request(f"PATCH {verb} without a path needs an object of fields, not {value!r}.")
        for field, item in value.items():
            document = _apply(kind, document, verb, field, item)
        return document
    one = _MEMBER.fullmatch(path)
    field, dot, part = (one["list"] if one else path).partition(".")
    name = _canonical(kind, field)
    if name in RESOURCES[kind].ignored:
        return document
    if one:
        if verb != "remove" or name not in RESOURCES[kind].lists:
            raise bad_request(f"PATCH {verb} of '{path}' is not understood: only entries of a list are removed so.")
        return _without(document, name, {one["value"]})
    if name in RESOURCES[kind].lists and not dot:
        return _change_list(document, verb, name, value)
    if dot:
        if name != "name" or part not in _NAME_PARTS:
            raise bad_request(f"PATCH path '{path}' is not understood.")
        value = {**document.get("name", {}), part: None if verb == "remove" else value}
    return _change_value(kind, document, "replace" if dot else verb, name, value)


def _canonical(kind: Kind, field: str) -> str:
    """The field in its canonical spelling. Raises `ApiError` 400 for an unknown or read-only field."""
    resource = RESOURCES[kind]
    if field.lower() in ("id", "groups", "meta", "schemas", *(name.lower() for name in resource.fixed)):
        raise bad_request(f"{field} is not written by a PATCH.")
    found = next((name for name in resource.written if name.lower() == field.lower()), None)
    if found is None:
        raise bad_request(f"PATCH path '{field}' is not understood; understood are {', '.join(resource.written)}.")
    return found


def _change_value(kind: Kind, document: Document, verb: str, name: str, value: Any) -> Document:
    if verb == "remove":
        if name == RESOURCES[kind].needed:
            raise bad_request(f"{name} cannot be removed.")
        return {k: v for k, v in document.items() if k != name}
    return {**document, name: _value(name, value)}


def _change_list(document: Document, verb: str, field: str, value: Any) -> Document:
    given = _entries(field, [] if value is None else value if isinstance(value, list) else [value])
    mentioned = {item["value"] for item in given}
    if verb == "remove":
        return _without(document, field, mentioned) if mentioned else {**document, field: []}
    kept = [] if verb == "replace" else [i for i in document.get(field, []) if str(i["value"]) not in mentioned]
    return {**document, field: kept + given}


def _without(document: Document, field: str, gone: set[str]) -> Document:
    return {**document, field: [i for i in document.get(field, []) if str(i["value"]) not in gone]}


def _read(kind: Kind, body: Document, current: Document) -> Document:
    resource = RESOURCES[kind]
    _only(body, ("schemas", "id", "meta", *resource.written), f"a {kind}")
    if body.get("meta") not in (None, {}, META):
        raise bad_request(f"meta is {body['meta']!r}: groups here are the account's, {META}.")
    for name in ("id", *resource.fixed):
        if current and body.get(name) not in (None, "", current.get(name)):
            raise bad_request(f"{name} is {current.get(name)!r} and stays so; given: {body[name]!r}.")
    if not current and body.get("id"):
        raise bad_request("id is given by the directory: leave it out.")
    _require_schemas(resource, body.get("schemas") or [])
    found = {name: body[name] for name in ("active", *resource.texts) if body.get(name) is not None}
    found = {name: _value(name, value) for name, value in found.items()}
    found |= {name: _entries(name, body[name]) for name in resource.lists if body.get(name)}
    if kind == "user" and not current:
        _complete(found)
    return found


def _complete(user: Document) -> None:
    """The default name and e-mail address of a user."""
    name = str(user.get("userName", ""))
    if name and not _EMAIL.fullmatch(name):
        raise bad_request(f"userName '{name}' is not an email address.")
    if name and not user.get("emails"):
        user["emails"] = [{"type": "work", "value": name, "primary": True}]
    parts = [user.get("name", {}).get(part) for part in _NAME_PARTS]
    if not user.get("displayName") and any(parts):
        user["displayName"] = " ".join(part for part in parts if part)


def _value(name: str, value: Any) -> Any:
    if name == "active":
        said = {"true": True, "false": False}.get(str(value).lower())
        if said is None:
            raise bad_request(f"active is {value!r}: give true or false.")
        return said
    if name == "name":
        if not isinstance(value, dict):
            raise bad_request(f"name is {value!r}: give an object of {', '.join(_NAME_PARTS)}.")
        _only(value, _NAME_PARTS, "a name")
        return {part: str(text) for part, text in value.items() if text not in (None, "")}
    if not isinstance(value, str):
        raise bad_request(f"{name} is {value!r}: give a text.")
    return value


def _entries(field: str, given: Any) -> list[Document]:
    """A list's entries as stored, without the empty ones that the Terraform provider sends."""
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise bad_request(f'{field} must be a list of {{"value": …}}, not {given!r}.')
    found = []
    for item in given:
        _only(item, _ENTRY, f"an entry of {field}")
        if item.get("value") in (None, ""):
            continue
        value = str(item["value"])
        if field == "entitlements" and value not in ENTITLEMENTS:
            raise bad_request(f"entitlement '{value}' is not one of {', '.join(ENTITLEMENTS)}.")
        described = {name: item[name] for name in ("type", "primary") if field == "emails" and name in item}
        found.append({"value": value, **described})
    return found


def _require_schemas(resource: Resource, given: Any) -> None:
    known = (resource.schema_name, "urn:ietf:params:scim:schemas:extension:workspace:2.0:User")
    wrong = [each for each in given if each not in known] if isinstance(given, list) else [given]
    if wrong:
        raise bad_request(f"schemas {wrong} are not understood; understood is {known[0]}.")


def _only(given: Document, known: Collection[str], of: str) -> None:
    unknown = sorted(name for name, value in given.items() if name not in known and value not in (None, "", [], {}))
    if unknown:
        raise bad_request(
            f"Field(s) {', '.join(unknown)} of {of} are not understood; understood are {', '.join(known)}."
        )
