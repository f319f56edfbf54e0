"""Files in volumes through the SDK."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from databricks.sdk.errors import BadRequest, InvalidParameterValue, NotFound, PermissionDenied, ResourceConflict

from localcloud.services.workspace import incoming
from tests.localcloud.core import Core

VOLUME = "/Volumes/prod/credit_gold/landing"


def test_a_file_goes_up_and_comes_back(lake: Core) -> None:
    """Bytes, size, listing and deletion; folders are made on the way."""
    files = lake.admin().files
    content = bytes(range(256)) * 5000
    files.upload(f"{VOLUME}/labels/2023-01.csv", io.BytesIO(content))
    answer = files.download(f"{VOLUME}/labels/2023-01.csv")
    assert answer.contents is not None
    assert answer.contents.read() == content
    assert files.get_metadata(f"{VOLUME}/labels/2023-01.csv").content_length == len(content)
    assert [(e.name, e.is_directory) for e in files.list_directory_contents(VOLUME)] == [("labels", True)]
    listed = list(files.list_directory_contents(f"{VOLUME}/labels"))
    assert [(e.path, e.file_size) for e in listed] == [(f"{VOLUME}/labels/2023-01.csv", len(content))]
    files.delete(f"{VOLUME}/labels/2023-01.csv")
    with pytest.raises(NotFound):
        files.get_metadata(f"{VOLUME}/labels/2023-01.csv")


def test_a_file_is_not_overwritten_if_the_caller_says_so(lake: Core) -> None:
    """With `overwrite` false it is refused; unasked it is overwritten, as the SDK says."""
    files = lake.admin().files
    files.upload(f"{VOLUME}/a", io.BytesIO(b"1"))
    with pytest.raises(ResourceConflict):
        files.upload(f"{VOLUME}/a", io.BytesIO(b"2"), overwrite=False)
    files.upload(f"{VOLUME}/a", io.BytesIO(b"2"))
    assert (lake.cloud.volumes / "prod" / "credit_gold" / "landing" / "a").read_bytes() == b"2"
    files.upload(f"{VOLUME}/a", io.BytesIO(b"3"), overwrite=True)
    assert (lake.cloud.volumes / "prod" / "credit_gold" / "landing" / "a").read_bytes() == b"3"


def test_reading_and_writing_need_their_privileges(lake: Core) -> None:
    """READ_VOLUME reads, WRITE_VOLUME writes; dev may only read."""
    reader = lake.application("reader")
    lake.admin().files.upload(f"{VOLUME}/a", io.BytesIO(b"1"))
    lake.grant("catalog", "prod", reader, "USE_CATALOG", "USE_SCHEMA")
    with pytest.raises(PermissionDenied, match="User does not have READ VOLUME on Volume"):
        lake.sdk("reader").files.download(f"{VOLUME}/a")
    lake.grant("volume", "prod.credit_gold.landing", reader, "READ_VOLUME")
    answer = lake.sdk("reader").files.download(f"{VOLUME}/a")
    assert answer.contents is not None
    assert answer.contents.read() == b"1"
    with pytest.raises(PermissionDenied, match="User does not have WRITE VOLUME on Volume"):
        lake.sdk("reader").files.upload(f"{VOLUME}/b", io.BytesIO(b"1"))
    lake.grant("volume", "prod.credit_gold.landing", reader, "WRITE_VOLUME")
    with pytest.raises(PermissionDenied, match="bound READ_ONLY"):
        lake.sdk("reader", "dev").files.upload(f"{VOLUME}/b", io.BytesIO(b"1"))


@pytest.mark.parametrize(
    "path",
    [
        "/Volumes/prod/credit_gold/landing/%2e%2e/%2e%2e/x",
        "/Volumes/prod/credit_gold/landing/link/x",
        "/Volumes/prod/credit_gold",
        "/etc/passwd",
    ],
)
def test_no_path_leaves_its_volume(lake: Core, path: str) -> None:
    """Neither by `..`, nor through a link, nor by another root."""
    folder = lake.cloud.volumes / "prod" / "credit_gold" / "landing"
    (folder / "link").symlink_to(lake.cloud.home)
    answer = lake.call("PUT", f"{lake.url('prod')}/api/2.0/fs/files{path}", content=b"x")
    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_nothing_is_made_below_a_file(lake: Core) -> None:
    """Neither a file nor a directory, at any depth; what is looked for below a file is not there."""
    files = lake.admin().files
    files.upload(f"{VOLUME}/a.txt", io.BytesIO(b"x"))
    for below in ("b.txt", "d/e/b.txt"):
        with pytest.raises(ResourceConflict, match=f"{VOLUME}/a.txt is a file, not a directory"):
            files.upload(f"{VOLUME}/a.txt/{below}", io.BytesIO(b"x"))
        with pytest.raises(ResourceConflict, match=f"{VOLUME}/a.txt is a file, not a directory"):
            files.create_directory(f"{VOLUME}/a.txt/{below}")
        with pytest.raises(NotFound):
            files.delete(f"{VOLUME}/a.txt/{below}")
    assert [entry.name for entry in files.list_directory_contents(VOLUME)] == ["a.txt"]


@pytest.mark.parametrize(
    ("name", "message"), [("y" * 256, "a name of more than 255 bytes"), ("/".join(["y" * 200] * 21), "is too long")]
)
def test_a_name_that_no_file_can_have_is_refused(lake: Core, name: str, message: str) -> None:
    """A request that cannot be met is the caller's fault, whether it writes or reads."""
    files = lake.admin().files
    with pytest.raises(InvalidParameterValue, match=message):
        files.upload(f"{VOLUME}/{name}", io.BytesIO(b"x"))
    with pytest.raises(InvalidParameterValue, match=message):
        files.create_directory(f"{VOLUME}/{name}")
    with pytest.raises(InvalidParameterValue, match=message):
        files.download(f"{VOLUME}/{name}")
    files.upload(f"{VOLUME}/{'y' * 255}", io.BytesIO(b"x"))
    assert [entry.name for entry in files.list_directory_contents(VOLUME)] == ["y" * 255]


def test_directories(lake: Core) -> None:
    """Made, found, and deleted only when empty."""
    files = lake.admin().files
    files.create_directory(f"{VOLUME}/x/y")
    files.get_directory_metadata(f"{VOLUME}/x/y")
    with pytest.raises(BadRequest, match="is not empty"):
        files.delete_directory(f"{VOLUME}/x")
    files.delete_directory(f"{VOLUME}/x/y")
    with pytest.raises(NotFound):
        files.get_directory_metadata(f"{VOLUME}/x/y")


def test_the_files_of_an_external_volume_lie_here_too(lake: Core) -> None:
    """It answers with the place that was declared; without one it is refused, as a managed volume with one is.

    Answered with a folder of this machine, the provider would replace the volume at every plan.
    """
    volumes = f"{lake.url('prod')}/api/2.1/unity-catalog/volumes"
    place = "abfss://landing@lake.dfs.core.windows.net/credit"
    body = {"catalog_name": "prod", "schema_name": "credit_gold", "name": "arriving", "volume_type": "EXTERNAL"}
    made = lake.call("POST", volumes, json=body | {"storage_location": place}).json()
    read = lake.call("GET", f"{volumes}/prod.credit_gold.arriving").json()
    for shown in (made, read):
        assert (shown["volume_type"], shown["storage_location"]) == ("EXTERNAL", place)
        assert "declared_location" not in shown
    wanted = {"volume_id": made["volume_id"], "operation": "WRITE_VOLUME"}
    unity = f"{lake.url('prod')}/api/2.1/unity-catalog"
    credential = lake.call("POST", f"{unity}/temporary-volume-credentials", json=wanted).json()
    assert credential["url"] == str(lake.cloud.volumes / "prod" / "credit_gold" / "arriving")
    lake.admin().files.upload("/Volumes/prod/credit_gold/arriving/a", io.BytesIO(b"1"))
    assert (lake.cloud.volumes / "prod" / "credit_gold" / "arriving" / "a").read_bytes() == b"1"
    for wrong in (body, body | {"volume_type": "MANAGED", "storage_location": place}):
        assert lake.call("POST", volumes, json=wrong | {"name": "wrong"}).status_code == 400


def test_a_directory_is_listed_in_pages(lake: Core) -> None:
    """By name; a page goes on after the last name, whatever came or went meanwhile; a thousand at most."""
    folder = lake.cloud.volumes / "prod" / "credit_gold" / "landing" / "many"
    folder.mkdir()
    for number in range(1003):
        (folder / f"f{number:04}").touch()
    url = f"{lake.url('prod')}/api/2.0/fs/directories{VOLUME}/many"
    first = lake.call("GET", url, params={"page_size": 2}).json()
    assert [each["name"] for each in first["contents"]] == ["f0000", "f0001"]
    (folder / "f0001").unlink()
    (folder / "f0001a").touch()
    second = lake.call("GET", url, params={"page_size": 2, "page_token": first["next_page_token"]}).json()
    assert [each["name"] for each in second["contents"]] == ["f0001a", "f0002"]
    for query in ({}, {"page_size": 5000}):
        assert len(lake.call("GET", url, params=query).json()["contents"]) == 1000
    assert len(list(lake.admin().files.list_directory_contents(f"{VOLUME}/many"))) == 1003


@pytest.mark.parametrize(
    ("headers", "status", "content"),
    [
        ({"Range": "bytes=2-4"}, 206, b"234"),
        ({"Range": "bytes=-2"}, 206, b"89"),
        ({"Range": "bytes=20-"}, 416, None),
        ({"If-Unmodified-Since": "Wed, 01 Jan 2020 00:00:00 GMT"}, 412, None),
        ({"If-Unmodified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}, 200, b"0123456789"),
        ({"If-Unmodified-Since": "yesterday"}, 400, None),
    ],
)
def test_a_part_of_a_file_comes_if_it_was_not_changed(
    lake: Core, headers: dict[str, str], status: int, content: bytes | None
) -> None:
    """`Range` and `If-Unmodified-Since`, as HTTP has them."""
    lake.admin().files.upload(f"{VOLUME}/a", io.BytesIO(b"0123456789"))
    asked = {"Authorization": f"Bearer {lake.admin_token}", **headers}
    answer = lake.http.get(f"{lake.url('prod')}/api/2.0/fs/files{VOLUME}/a", headers=asked)
    assert answer.status_code == status
    assert content is None or answer.content == content


@pytest.mark.parametrize(
    ("method", "path", "query", "message"),
    [
        ("PUT", "files", {"overwite": "true"}, "Query parameter(s) overwite are not understood"),
        ("GET", "files", {"version": "1"}, "Query parameter(s) version are not understood"),
        ("GET", "directories", {"recursive": "true"}, "Query parameter(s) recursive are not understood"),
        ("GET", "directories", {"page_size": "-1"}, "page_size is -1: give 1 to 1000"),
        ("GET", "directories", {"page_token": "é"}, "page_token 'é' is not one that a list returned"),
        ("DELETE", "directories", {"recursive": "true"}, "Query parameter(s) recursive are not understood"),
    ],
)
def test_what_a_request_says_is_read_or_refused(
    lake: Core, method: str, path: str, query: dict[str, str], message: str
) -> None:
    """By name."""
    answer = lake.call(method, f"{lake.url('prod')}/api/2.0/fs/{path}{VOLUME}", params=query)
    assert answer.status_code == 400
    assert message in answer.json()["message"]


def test_a_file_has_at_most_five_gibibytes(lake: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    """Said before it is sent, or found while it comes; nothing of it stays."""
    monkeypatch.setattr(incoming, "LIMIT_BYTES", 10)
    with pytest.raises(InvalidParameterValue, match="at most 10"):
        lake.admin().files.upload(f"{VOLUME}/big", io.BytesIO(b"x" * 11))
    url = f"{lake.url('prod')}/api/2.0/fs/files{VOLUME}/big"
    answer = lake.call("PUT", url, content=(part for part in (b"x" * 6, b"x" * 6)))
    assert answer.status_code == 400
    assert list((lake.cloud.volumes / "prod" / "credit_gold" / "landing").iterdir()) == []


def test_a_signed_url_ends_when_it_was_asked_to(lake: Core) -> None:
    """`expire_time` is read; one that is over or no time is refused, and so is a field that is not known."""
    lake.admin().files.upload(f"{VOLUME}/a", io.BytesIO(b"1"))
    url = f"{lake.url('prod')}/api/2.0/fs/create-download-url"
    soon = (datetime.now(UTC) + timedelta(seconds=90)).strftime("%Y-%m-%dT%H:%M:%SZ")
    signed = lake.call("POST", url, json={"path": f"{VOLUME}/a", "expire_time": soon}).json()["url"]
    assert lake.http.get(signed).content == b"1"
    [held] = lake.cloud.store.all("signed_url")
    assert datetime.fromtimestamp(held["expires_at"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ") == soon
    for wrong, message in (
        ({"expire_time": "2020-01-01T00:00:00Z"}, "expire_time 2020-01-01T00:00:00Z is over"),
        ({"expire_time": "later"}, "expire_time is 'later'"),
        ({"method": "GET"}, "Field(s) method are not understood"),
    ):
        answer = lake.call("POST", url, json={"path": f"{VOLUME}/a", **wrong})
        assert answer.status_code == 400
        assert message in answer.json()["message"]
