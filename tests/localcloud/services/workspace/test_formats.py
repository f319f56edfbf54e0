"""Workspace objects, field by field as the SDK documents them."""

import base64
import io
import time

import pytest
from databricks.sdk.errors import BadRequest, NotFound, ResourceAlreadyExists
from databricks.sdk.service.workspace import ExportFormat, ImportFormat, Language, ObjectType

from tests.localcloud.core import Core

NOTEBOOK = b"# Databricks notebook source\nprint(1)"
PYTHON, SQL = Language.PYTHON, Language.SQL


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


@pytest.mark.parametrize(
    ("name", "given", "content", "kept"),
    [
        ("a.py", ("AUTO", None), b"print(1)", ("a.py", ObjectType.FILE, None, "py")),
        ("a.py", ("AUTO", None), NOTEBOOK, ("a", ObjectType.NOTEBOOK, PYTHON, "py")),
        ("a.SQL", ("AUTO", None), b"-- Databricks notebook source\n", ("a", ObjectType.NOTEBOOK, SQL, "sql")),
        ("a.sql", ("AUTO", None), NOTEBOOK, ("a.sql", ObjectType.FILE, None, "sql")),
        ("a.ipynb", ("AUTO", None), b"{}", ("a", ObjectType.NOTEBOOK, PYTHON, "ipynb")),
        ("a.py", ("RAW", None), NOTEBOOK, ("a.py", ObjectType.FILE, None, "py")),
        ("LICENSE", ("RAW", None), b"x", ("LICENSE", ObjectType.FILE, None, "")),
        ("a", ("SOURCE", "SQL"), b"select 1", ("a", ObjectType.NOTEBOOK, SQL, "sql")),
        ("a", ("JUPYTER", None), b"{}", ("a", ObjectType.NOTEBOOK, PYTHON, "ipynb")),
    ],
)
def test_an_import_makes_what_its_format_says(
    core: Core, name: str, given: tuple[str, str | None], content: bytes, kept: tuple[object, ...]
) -> None:
    """AUTO looks at the ending and the first line; a notebook's name loses its ending. What came in comes out."""
    body = {"path": f"/Shared/{name}", "format": given[0], "language": given[1], "content": _text(content)}
    assert core.call("POST", f"{core.url('prod')}/api/2.0/workspace/import", json=body).status_code == 200
    [found] = core.admin().workspace.list("/Shared")
    exported = core.admin().workspace.export(str(found.path), format=ExportFormat.AUTO)
    assert (str(found.path), found.object_type, found.language, exported.file_type) == (f"/Shared/{kept[0]}", *kept[1:])
    assert base64.b64decode(str(exported.content)) == content


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "content is missing"),
        ({"content": "x!"}, "content is not base64"),
        ({"content": ""}, "format SOURCE needs a language"),
        ({"content": "", "format": "source"}, "format 'source' is not one of"),
        ({"content": "", "format": "DBC"}, "format DBC is not offered here"),
        ({"content": "", "format": "HTML"}, "format HTML is not offered here"),
        ({"content": "", "language": "python"}, "language 'python' is not one of"),
        ({"content": "", "format": "AUTO", "language": "SQL"}, "with AUTO leave it out"),
        ({"content": _text(b"x" * (10 * 2**20 + 1)), "format": "RAW"}, "at most 10485760"),
        ({"content": "", "format": "RAW", "path": "/Shared/none/b"}, "The parent folder (/Shared/none) does not exist"),
        ({"content": "", "format": "RAW", "path": "/Shared/there.txt/b"}, "/Shared/there.txt is a FILE, not a folder"),
        ({"content": "", "format": "RAW", "path": "/Shared/there.txt"}, "already exists"),
        ({"content": "", "language": "SQL", "path": "/Shared/there.txt", "overwrite": True}, "it is a FILE"),
        ({"content": "", "format": "RAW", "path": "/Shared/folder", "overwrite": True}, "it is a DIRECTORY"),
    ],
)
def test_an_import_that_cannot_be_met_is_refused(core: Core, fields: dict[str, object], message: str) -> None:
    """With what is wrong, and nothing is changed."""
    admin = core.admin().workspace
    admin.import_("/Shared/there.txt", content=_text(b"kept"), format=ImportFormat.RAW)
    admin.mkdirs("/Shared/folder")
    body = {"path": "/Shared/a", **fields}
    answer = core.call("POST", f"{core.url('prod')}/api/2.0/workspace/import", json=body)
    assert answer.status_code in (400, 404)
    assert message in answer.json()["message"]
    assert [each.path for each in admin.list("/Shared")] == ["/Shared/folder", "/Shared/there.txt"]
    assert admin.download("/Shared/there.txt").read() == b"kept"


@pytest.mark.parametrize(
    ("path", "format", "message"),
    [
        ("/Shared", "AUTO", "is a folder"),
        ("/Shared/a", "JUPYTER", "kept as SOURCE: export it as SOURCE or AUTO"),
        ("/Shared/b", "SOURCE", "kept as JUPYTER: export it as JUPYTER or AUTO"),
        ("/Shared/a", "HTML", "format HTML is not offered here"),
        ("/Shared/none", "AUTO", "doesn't exist"),
    ],
)
def test_an_export_that_cannot_be_met_is_refused(core: Core, path: str, format: str, message: str) -> None:
    """Nothing is turned into another format, or packed."""
    admin = core.admin().workspace
    admin.import_("/Shared/a", content=_text(b"1"), language=PYTHON)
    admin.import_("/Shared/b", content=_text(b"{}"), format=ImportFormat.JUPYTER)
    answer = core.call("GET", f"{core.url('prod')}/api/2.0/workspace/export", params={"path": path, "format": format})
    assert message in answer.json()["message"]


def test_a_large_file_is_posted_and_downloaded(core: Core) -> None:
    """Ten megabytes are the limit of what JSON holds, not of a form and of bytes."""
    admin, content = core.admin().workspace, b"x" * (10 * 2**20 + 1)
    admin.upload("/Shared/big", io.BytesIO(content), format=ImportFormat.RAW)
    assert admin.download("/Shared/big").read() == content
    with pytest.raises(BadRequest, match="at most 10485760") as refused:
        admin.export("/Shared/big")
    assert refused.value.error_code == "MAX_NOTEBOOK_SIZE_EXCEEDED"


def test_an_object_shows_what_its_type_has(core: Core) -> None:
    """Times and size of a file, the language of a notebook; overwritten, an object keeps its id."""
    admin, before_ms = core.admin().workspace, int(time.time() * 1000)
    admin.import_("/Shared/f.txt", content=_text(b"abc"), format=ImportFormat.RAW)
    admin.import_("/Shared/n", content=_text(b"1"), language=PYTHON)
    made = admin.get_status("/Shared/f.txt")
    admin.import_("/Shared/f.txt", content=_text(b"abcde"), format=ImportFormat.RAW, overwrite=True)
    file, notebook, folder = (admin.get_status(f"/Shared{path}") for path in ("/f.txt", "/n", ""))
    assert (file.object_id, file.resource_id, file.size) == (made.object_id, str(made.object_id), 5)
    assert (file.created_at, file.language) == (made.created_at, None)
    assert before_ms <= int(file.created_at or 0) <= int(file.modified_at or 0)
    assert (notebook.object_type, notebook.language, notebook.size, notebook.created_at) == (
        ObjectType.NOTEBOOK, PYTHON, None, None,
    )  # fmt: skip
    assert (folder.object_type, folder.path, folder.size, folder.created_at) == (
        ObjectType.DIRECTORY, "/Shared", None, None,
    )  # fmt: skip


def test_a_list_is_of_a_folder_or_of_one_object(core: Core) -> None:
    """What is not there is a 404, also when it is listed; older notebooks can be left out."""
    admin = core.admin().workspace
    admin.mkdirs("/Shared/a/b")
    admin.import_("/Shared/a/n", content=_text(b"1"), language=PYTHON)
    admin.import_("/Shared/a/f.txt", content=_text(b"1"), format=ImportFormat.RAW)
    assert [each.path for each in admin.list("/Shared/a")] == ["/Shared/a/b", "/Shared/a/f.txt", "/Shared/a/n"]
    assert [each.path for each in admin.list("/Shared/a/f.txt")] == ["/Shared/a/f.txt"]
    later_ms = int(time.time() * 1000) + 60_000
    later = admin.list("/Shared/a", notebooks_modified_after=later_ms)
    assert [each.path for each in later] == ["/Shared/a/b", "/Shared/a/f.txt"]
    assert {str(each.path) for each in admin.list("/")} >= {"/Shared"}
    with pytest.raises(NotFound):
        list(admin.list("/Shared/none"))


def test_folders_are_not_made_below_a_file(core: Core) -> None:
    """An object at any prefix of the path is refused; a folder that is there is fine."""
    admin = core.admin().workspace
    admin.import_("/Shared/f", content=_text(b"1"), format=ImportFormat.RAW)
    for path in ("/Shared/f", "/Shared/f/a/b"):
        with pytest.raises(ResourceAlreadyExists, match=r"Path \(/Shared/f\) already exists, and is a FILE"):
            admin.mkdirs(path)
    for path in ("/", "/Shared", "/Workspace/Shared/a"):
        admin.mkdirs(path)
    assert [each.path for each in admin.list("/Workspace/Shared")] == ["/Shared/a", "/Shared/f"]


@pytest.mark.parametrize("path", ["/", "/Shared", "/Users"])
def test_the_workspaces_own_folders_stay(core: Core, path: str) -> None:
    """They are there from the beginning, and are not deleted."""
    assert core.admin().workspace.get_status(path).object_type is ObjectType.DIRECTORY
    with pytest.raises(BadRequest, match="it is not deleted"):
        core.admin().workspace.delete(path, recursive=True)


@pytest.mark.parametrize(
    ("path", "status"),
    [("/Workspacex/a", 404), ("relative", 400), ("/Shared/../a", 400), ("/Shared//a", 400), ("/Workspace/Shared", 200)],
)
def test_a_path_is_read_as_it_is_written(core: Core, path: str, status: int) -> None:
    """`/Workspace` is a prefix of its own, not the beginning of another name."""
    core.admin().workspace.mkdirs("/x/a")
    answer = core.call("GET", f"{core.url('prod')}/api/2.0/workspace/get-status", params={"path": path})
    assert answer.status_code == status


@pytest.mark.parametrize("path", ["list", "get-status", "export"])
def test_a_query_that_is_not_understood_is_refused(core: Core, path: str) -> None:
    """By name."""
    asked = {"path": "/Shared", "recursive": "true"}
    answer = core.call("GET", f"{core.url('prod')}/api/2.0/workspace/{path}", params=asked)
    assert answer.status_code == 400
    assert "Query parameter(s) recursive are not understood" in answer.json()["message"]
