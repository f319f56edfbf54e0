"""The warehouse's Thrift service without Spark: the protocol's bytes, sessions, and what is refused."""

import struct
from typing import Any

import pytest

from localcloud.services.sql.thrift import binary
from localcloud.services.sql.thrift.binary import Field, ThriftError, Type
from tests.localcloud.core import Core


def _message(method: str, request: list[Field]) -> bytes:
    """A call as a client writes it: an answer's bytes with another kind of message and another field."""
    answer = bytearray(binary.reply(binary.Call(method=method, sequence=7, request={}), request))
    answer[:4] = struct.pack(">I", 0x80010001)
    at = 4 + 4 + len(method) + 4
    answer[at + 1 : at + 3] = struct.pack(">h", 1)
    return bytes(answer)


def _warehouse(core: Core) -> str:
    made = core.admin().warehouses.create(name="w", cluster_size="Small", max_num_clusters=1, auto_stop_mins=10)
    return str(made.result().id)


def _call(core: Core, warehouse: str, method: str, *request: Field, token: str | None = None) -> Any:
    url = f"{core.url('prod')}/sql/1.0/warehouses/{warehouse}"
    answer = core.call("POST", url, token, content=_message(method, list(request)))
    if answer.is_error:
        return answer
    content = bytearray(answer.content)
    content[:4] = struct.pack(">I", 0x80010001)
    at = 4 + 4 + len(method) + 4
    content[at + 1 : at + 3] = struct.pack(">h", 1)
    return binary.read_call(bytes(content)).request


def test_a_struct_is_read_as_it_was_written() -> None:
    """Every type, nested; a field without a value is left out."""
    written = [
        Field(1, Type.BOOL, True),
        Field(2, Type.I64, 2**40),
        Field(3, Type.STRING, "ä"),
        Field(4, Type.LIST, (Type.I32, [1, 2])),
        Field(5, Type.MAP, ((Type.STRING, Type.STRUCT), {"a": [Field(1, Type.DOUBLE, 0.5)]})),
        Field(6, Type.STRING, None),
    ]
    read = binary.read_call(_message("Any", written))
    assert (read.method, read.sequence) == ("Any", 7)
    assert read.request == {1: True, 2: 2**40, 3: "ä".encode(), 4: [1, 2], 5: {b"a": {1: 0.5}}}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "ends too early"),
        (b'{"a": 1}', "not a call by Thrift's strict binary protocol"),
        (_message("Any", [])[:-2], "ends too early"),
        (struct.pack(">Ii", 0x80010001, 2**30), "do not fit into the message"),
        (struct.pack(">Ii", 0x80010001, 1) + b"A" + struct.pack(">i", 1) + b"\x63\x00\x01", "99 is no type"),
        (_message("Any", [Field(1, Type.MAP, ((Type.LIST, Type.I32), {}))]), "keys of a map are of type LIST"),
    ],
)
def test_bytes_that_are_no_call_are_refused(content: bytes, message: str) -> None:
    """Whatever length they claim; nothing is reserved for it."""
    with pytest.raises(ThriftError, match=message):
        binary.read_call(content)


def test_a_session_is_its_openers_own(core: Core) -> None:
    """It is opened with a catalog, closed once, and found by nobody else; other paths and bodies are refused."""
    warehouse = _warehouse(core)
    namespace = [Field(1, Type.STRING, "prod"), Field(2, Type.STRING, "credit")]
    opened = _call(core, warehouse, "OpenSession", Field(1284, Type.STRUCT, namespace))
    assert (opened[1], opened[2], opened[1284]) == ({1: 0}, 42247, {1: b"prod", 2: b"credit"})
    handle = [Field(1, Type.STRUCT, [Field(1, Type.STRING, opened[3][1][1])])]
    assert _call(core, warehouse, "CloseSession", Field(1, Type.STRUCT, handle)) == {1: {1: 0}}
    gone = _call(core, warehouse, "CloseSession", Field(1, Type.STRUCT, handle))
    assert gone[1][1] == 4
    assert b"RESOURCE_DOES_NOT_EXIST: Session" in gone[1][5]
    assert b"GetInfo is not offered" in _call(core, warehouse, "GetInfo")[1][5]
    core.application("stranger")
    assert _call(core, warehouse, "OpenSession", token=core.token("stranger")).status_code == 403
    assert _call(core, "ffff", "OpenSession").status_code == 404
    url = f"{core.url('prod')}/sql/1.0/warehouses/{warehouse}"
    assert (
        core.call("POST", url, content=b"x").json()["message"] == "The body cannot be read: the message ends too early."
    )
    assert core.call("POST", url, "", content=b"x").status_code == 401


def test_catalogs_are_listed_without_spark(core: Core) -> None:
    """In Arrow, under the name that JDBC gives the column; the statement is forgotten when it is closed."""
    core.admin().catalogs.create("prod")
    warehouse = _warehouse(core)
    session = _call(core, warehouse, "OpenSession")[3]
    held = Field(1, Type.STRUCT, [Field(1, Type.STRUCT, [Field(1, Type.STRING, session[1][1])])])
    direct = Field(1281, Type.STRUCT, [Field(1, Type.I64, 10)])
    answer = _call(core, warehouse, "GetCatalogs", held, direct)
    results = answer[1281]
    assert results[1][2] == 2
    assert results[2][2][1][0][1] == b"TABLE_CAT"
    assert (results[3][2], results[3][3][1281][0][2]) == (False, 1)
    operation = Field(1, Type.STRUCT, [Field(1, Type.STRUCT, [Field(1, Type.STRING, answer[2][1][1])])])
    assert _call(core, warehouse, "GetOperationStatus", operation)[2] == 2
    assert _call(core, warehouse, "GetResultSetMetadata", operation)[1281] == 0
    assert _call(core, warehouse, "FetchResults", operation)[3][1281] == []
    for wrong in (Field(3, Type.STRING, "ten"), Field(3, Type.I64, -1)):
        assert _call(core, warehouse, "FetchResults", operation, wrong)[1][1] == 3
    for shapeless in (Field(1, Type.STRING, "x"), Field(1, Type.STRUCT, [Field(1, Type.I32, 1)])):
        assert b"INVALID_PARAMETER_VALUE" in _call(core, warehouse, "FetchResults", shapeless)[1][5]
    assert _call(core, warehouse, "OpenSession", Field(1284, Type.STRING, "prod"))[1][1] == 3
    assert _call(core, warehouse, "CancelOperation", operation) == {1: {1: 0}}
    assert _call(core, warehouse, "CloseOperation", operation) == {1: {1: 0}}
    assert _call(core, warehouse, "GetOperationStatus", operation)[1][1] == 4


def test_a_session_of_the_rest_api_names_the_catalog(core: Core) -> None:
    """A statement of it is read in its catalog; one that was forgotten is gone."""
    core.admin().catalogs.create("prod")
    warehouse, sql = _warehouse(core), f"{core.url('prod')}/api/2.0/sql"
    body = {"warehouse_id": warehouse, "catalog": "prod"}
    session = core.call("POST", f"{sql}/sessions", json=body).json()["session_id"]
    text = {
        "statement": "show schemas",
        "warehouse_id": warehouse,
        "session_id": session,
        "result_compression": "LZ4_FRAME",
    }
    answer = core.call("POST", f"{sql}/statements", json=text).json()
    assert ["default"] in answer["result"]["data_array"], answer
    assert core.call("DELETE", f"{sql}/statements/{answer['statement_id']}").status_code == 200
    assert core.call("GET", f"{sql}/statements/{answer['statement_id']}").status_code == 404
    assert core.call("DELETE", f"{sql}/sessions/{session}").status_code == 200
    assert core.call("POST", f"{sql}/statements", json=text).status_code == 404
