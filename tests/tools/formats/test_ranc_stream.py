"""JSON piece by piece: the values of Python's own reader, and every refusal."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spikewright.tools.formats import ranc_stream
from spikewright.tools.formats.ranc_stream import JsonPieces, shown
from spikewright.tools.formats.report import FormatError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def pieces(folder: Path, text: str | bytes) -> dict[str, Any]:
    """Return all members of a file; those named with an L are visited element by element."""
    path = folder / "file.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    reader = JsonPieces(path)
    return {
        key: list(reader.elements(key)) if key.startswith("L") else reader.value(key)
        for key in reader.members()
    }


def refusal(folder: Path, text: str | bytes) -> str:
    with pytest.raises(FormatError) as error:
        pieces(folder, text)
    return str(error.value)


@settings(max_examples=100)
@given(
    members=st.dictionaries(st.text(), VALUES),
    elements=st.lists(VALUES),
    indent=st.sampled_from([None, 0, 3]),
    window=st.sampled_from([1, 2, 3, 7, 100]),
)
def test_values_are_those_of_pythons_reader(
    members: dict[str, Any], elements: list[Any], indent: int | None, window: int
) -> None:
    document = {key: value for key, value in members.items() if key[:1] != "L"} | {"L": elements}
    text = json.dumps(document, indent=indent) + " \n"
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(ranc_stream, "_FIRST_WINDOW", window)
        assert pieces(Path(folder), text) == document


JSON_RULE = "the file must be JSON, and is not"


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("", f"line 1, column 1: {JSON_RULE}"),
        ("[]", f"line 1, column 1: {JSON_RULE}"),
        ('{"a": 1} x', f"line 1, column 10: {JSON_RULE}"),
        ('{"a": 1', f"line 1, column 8: {JSON_RULE}"),
        ('{\n"a": tru}', f"line 2, column 6: {JSON_RULE}"),
        ("{1: 2}", f"line 1, column 3: {JSON_RULE}"),
        ('{"a" 1}', f"line 1, column 6: {JSON_RULE}"),
        ('{"a": 1 "b": 2}', f"line 1, column 9: {JSON_RULE}"),
        ('{"L": [1 2]}', f"line 1, column 10: {JSON_RULE}"),
        ('{"L": [1, ]}', f"line 1, column 11: {JSON_RULE}"),
        ('{"a": "\n"}', f"line 1, column 8: {JSON_RULE}"),
        ('{"L": 5}', "L must be a list, not 5"),
        ('{"L": {"a": 1}}', "L must be a list, not an object"),
        ('{"a": 1.0}', "a: numbers must be integers, not 1.0"),
        ('{"L": [1, 1e9]}', "L[1]: numbers must be integers, not 1e9"),
        ('{"a": [NaN]}', "a: numbers must be integers, not NaN"),
        ('{"a": -Infinity}', "a: numbers must be integers, not -Infinity"),
        ('{"a": 1, "a": 2}', 'key "a" must occur once, not twice'),
        (
            '{"a": {"b": {"c": 1, "d": 1, "c": 2}}}',
            'a: key "c" must occur once in an object, not twice',
        ),
        ('{"a": ' + "9" * 5000 + "}", "a: integers must have at most 4300 digits"),
        (
            '{"a": ' + "[" * 100_000 + "]" * 100_000 + "}",
            "a must not hold so many values one inside the other",
        ),
        (b'{"a": "\xff"}', "byte 7: the file must be ASCII, and is not"),
        (b"\xff\xfe{}", f"line 1, column 1: {JSON_RULE}"),
    ],
)
def test_refused(tmp_path: Path, text: str | bytes, refused: str) -> None:
    assert refusal(tmp_path, text) == f"file.json: {refused}"


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranc_stream, "_FIRST_WINDOW", 10)
    monkeypatch.setattr(ranc_stream, "PIECE_LIMIT", 20)
    monkeypatch.setattr(ranc_stream, "ELEMENT_LIMIT", 3)
    assert pieces(tmp_path, '{"L": ["123456789012345678", 1, 2]}')["L"][1:] == [1, 2]
    assert refusal(tmp_path, '{"L": [1, "1234567890123456789"]}') == (
        "file.json: L[1] must be JSON of at most 20 characters"
    )
    assert refusal(tmp_path, '{"L": [1, 2, 3, 4]}') == (
        "file.json: L must have at most 3 elements, and has more"
    )
    # A fault that is no matter of the window's end is seen at once.
    assert refusal(tmp_path, '{"L": [[1 2' + " " * 100 + "]]}") == (
        f"file.json: line 1, column 11: {JSON_RULE}"
    )
    monkeypatch.setattr(ranc_stream, "FILE_LIMIT", 5)
    text = "file.json: the file must have at most 5 bytes, and has more"
    assert refusal(tmp_path, '{"a": 1}') == text


def test_shown() -> None:
    values = [True, None, -5, "a\n", [1], {}, 10**50]
    assert [shown(value) for value in values] == [
        "true",
        "null",
        "-5",
        '"a\\n"',
        "a list",
        "an object",
        "1" + "0" * 39 + "...",
    ]
