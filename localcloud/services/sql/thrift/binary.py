"""Thrift's binary protocol: messages and structs as bytes. Pure.

Follows https://github.com/apache/thrift/blob/master/doc/specs/thrift-binary-protocol.md. A struct that was read is a
dict from field number to value; one to write is a list of `Field`s, since its types must be said.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

_VERSION_1, _VERSION_MASK = 0x80010000, 0xFFFF0000
_CALL, _REPLY = 1, 2
_DEEPEST = 32


class Type(IntEnum):
    """Types on the wire."""

    STOP = 0
    BOOL = 2
    BYTE = 3
    DOUBLE = 4
    I16 = 6
    I32 = 8
    I64 = 10
    STRING = 11
    STRUCT = 12
    MAP = 13
    SET = 14
    LIST = 15


_NO_KEYS = (Type.STRUCT, Type.MAP, Type.SET, Type.LIST)
_NUMBERS = {Type.BOOL: ">?", Type.BYTE: ">b", Type.DOUBLE: ">d", Type.I16: ">h", Type.I32: ">i", Type.I64: ">q"}


class ThriftError(ValueError):
    """Bytes that are not a valid message."""


@dataclass(frozen=True)
class Field:
    """A field to write. A list's `value` is (type of items, items), a map's (types of keys and values, a mapping)."""

    number: int
    type: Type
    value: Any


Struct = Sequence[Field]


@dataclass(frozen=True, kw_only=True)
class Call:
    """A called method, and its argument struct."""

    method: str
    sequence: int
    request: Mapping[int, Any]


def read_call(content: bytes) -> Call:
    """The call in a request's body. Raises ThriftError."""
    reader = _Reader(content)
    version = reader.number(">I")
    if version & _VERSION_MASK != _VERSION_1 or version & 0xFF != _CALL:
        raise ThriftError("the body is not a call by Thrift's strict binary protocol")
    method = reader.string().decode("utf-8", "replace")
    sequence = int(reader.number(">i"))
    arguments = reader.struct(0)
    request = arguments.get(1)
    if not isinstance(request, dict):
        raise ThriftError(f"{method} has no request")
    return Call(method=method, sequence=sequence, request=request)


def reply(call: Call, answer: Struct) -> bytes:
    """The bytes of the answer to `call`."""
    out = bytearray(struct.pack(">I", _VERSION_1 | _REPLY))
    _write_string(out, call.method.encode())
    out += struct.pack(">i", call.sequence)
    _write_struct(out, [Field(0, Type.STRUCT, answer)])
    return bytes(out)


class _Reader:
    def __init__(self, content: bytes) -> None:
        self._content, self._at = content, 0

    def number(self, form: str) -> Any:
        return struct.unpack(form, self._take(struct.calcsize(form)))[0]

    def string(self) -> bytes:
        return self._take(self._count(1))

    def struct(self, depth: int) -> dict[int, Any]:
        found: dict[int, Any] = {}
        while (kind := self._type(self.number(">B"))) is not Type.STOP:
            number = int(self.number(">h"))
            found[number] = self._value(kind, depth + 1)
        return found

    def _value(self, kind: Type, depth: int) -> Any:
        if depth > _DEEPEST:
            raise ThriftError(f"the message is nested more than {_DEEPEST} deep")
        match kind:
            case Type.STRING:
                return self.string()
            case Type.STRUCT:
                return self.struct(depth)
            case Type.LIST | Type.SET:
                inner = self._type(self.number(">B"))
                return [self._value(inner, depth + 1) for _ in range(self._count(1))]
            case Type.MAP:
                keys, values = self._type(self.number(">B")), self._type(self.number(">B"))
                if keys in _NO_KEYS:
                    raise ThriftError(f"the keys of a map are of type {keys.name}")
                return {self._value(keys, depth + 1): self._value(values, depth + 1) for _ in range(self._count(2))}
            case Type.STOP:
                raise ThriftError("a value has no type")
            case _:
                return self.number(_NUMBERS[kind])

    def _count(self, least_bytes: int) -> int:
        """A number of items, limited by the remaining bytes."""
        count = int(self.number(">i"))
        if not 0 <= count * least_bytes <= len(self._content) - self._at:
            raise ThriftError(f"{count} items do not fit into the message")
        return count

    def _take(self, length: int) -> bytes:
        part = self._content[self._at : self._at + length]
        if len(part) < length:
            raise ThriftError("the message ends too early")
        self._at += length
        return part

    @staticmethod
    def _type(number: int) -> Type:
        try:
            return Type(number)
        except ValueError as error:
            raise ThriftError(f"{number} is no type") from error


def _write_struct(out: bytearray, fields: Struct) -> None:
    for field in fields:
        if field.value is not None:
            out += struct.pack(">Bh", field.type, field.number)
            _write(out, field.type, field.value)
    out.append(Type.STOP)


def _write(out: bytearray, kind: Type, value: Any) -> None:
    match kind:
        case Type.STRING:
            _write_string(out, value if isinstance(value, bytes) else str(value).encode())
        case Type.STRUCT:
            _write_struct(out, value)
        case Type.LIST:
            inner, items = value
            out += struct.pack(">Bi", inner, len(items))
            for item in items:
                _write(out, inner, item)
        case Type.MAP:
            (keys, values), items = value
            out += struct.pack(">BBi", keys, values, len(items))
            for key, item in items.items():
                _write(out, keys, key)
                _write(out, values, item)
        case _:
            out += struct.pack(_NUMBERS[kind], value)


def _write_string(out: bytearray, content: bytes) -> None:
    out += struct.pack(">i", len(content)) + content
