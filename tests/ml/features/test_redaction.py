"""What becomes of one value: of a key, and of a value that may be drawn anew. Without Spark."""

import hashlib
import hmac

import pyarrow as pa

from ml.features.redaction import SHOWN, _drawn, _hashed, _worked

SECRET = b"0123456789abcdef0123456789abcdef"


def test_a_key_is_hashed_with_the_secret() -> None:
    """By HMAC-SHA256: as half of its hexadecimal text, or as a number without a sign; nothing stays nothing."""
    whole = hmac.new(SECRET, b"42", hashlib.sha256)
    assert _hashed("42", "42", secret=SECRET, number=False) == whole.hexdigest()[:32]
    assert _hashed("42", "42", secret=SECRET, number=True) == int(whole.hexdigest()[:16], 16) // 2
    assert _hashed("42", None, secret=SECRET, number=True) is None


def test_a_share_of_the_keys_gets_a_value_that_is_drawn() -> None:
    """Of two values half of the drawn ones are as before; a value that few have is shown to nobody."""
    drawn = [_drawn(str(key), "a", name="sex", values=("a", "b"), share=0.4, secret=SECRET) for key in range(20_000)]
    assert abs(drawn.count("b") / len(drawn) - 0.2) < 0.01
    assert drawn[:50] == [
        _drawn(str(key), "a", name="sex", values=("a", "b"), share=0.4, secret=SECRET) for key in range(50)
    ]
    assert _drawn("1", "rare", name="sex", values=("a", "b"), share=0.4, secret=SECRET) is None
    assert _drawn("1", None, name="sex", values=("a", "b"), share=0.4, secret=SECRET) is None


def test_other_columns_pass_as_they_are() -> None:
    """Whole numbers with gaps among them, which no step in between may make into fractions."""
    batch = pa.RecordBatch.from_pydict({SHOWN: ["1", "2"], "id": ["1", "2"], "big": [2**60 + 1, None]})

    def upside(_: str | None, value: str | None) -> str | None:
        return value and value[::-1] + "!"

    [done] = _worked([batch], work={"id": upside}, numbers=())
    assert done.to_pydict() == {"id": ["1!", "2!"], "big": [2**60 + 1, None]}
    [empty] = _worked([batch], work={"id": lambda *_: None}, numbers=("id",))
    assert empty.schema.field("id").type == pa.int64()
