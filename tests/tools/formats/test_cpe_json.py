"""JSON with comments and repeated keys, well formed and not."""

import json
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spikewright.tools.formats import cpe_json
from spikewright.tools.formats.cpe_json import read_document, shown
from spikewright.tools.formats.cpe_lists import coded, expanded
from spikewright.tools.formats.report import FormatError


def read(folder: Path, text: str | bytes) -> object:
    path = folder / "net.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_document(path)


def refusal(folder: Path, text: str | bytes) -> str:
    with pytest.raises(FormatError) as error:
        read(folder, text)
    return str(error.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a":1}', {"a": 1}),
        ('\ufeff{"a":1}', {"a": 1}),
        ('/* a */{"a"/**/:/***/1//x\n}// end', {"a": 1}),
        ('{"a":1/* two\nlines € */,"b":2}', {"a": 1, "b": 2}),
        ('{"a":"/* no */ // no","b":"\\"/*"}', {"a": "/* no */ // no", "b": '"/*'}),
        ('{"a":"1/2/3"}', {"a": "1/2/3"}),
        ('{"core":1,"a":0,"core":2,"core":{"core":3}}', {"core": [1, 2, {"core": [3]}], "a": 0}),
        ('{"a":{},"b":[{"a":1},{"a":2}]}', {"a": {}, "b": [{"a": 1}, {"a": 2}]}),
    ],
)
def test_what_is_read(tmp_path: Path, text: str, value: object) -> None:
    assert read(tmp_path, text) == value


JSON = "the file must be JSON with C comments, and is not:"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", f"line 1: {JSON} Expecting value"),
        ('{\n"a":1,}', f"line 2: {JSON} Expecting property name enclosed in double quotes"),
        ('{"a":1/* \n\n */2}', f"line 3: {JSON} Expecting ',' delimiter"),
        ('{"a":1}{', f"line 1: {JSON} Extra data"),
        ('{"a":/2}', f"line 1: {JSON} Expecting value"),
        ('{\n"a', "line 2: a string must end, and does not"),
        ('{"a":1}\n/* b', "line 2: a comment must end, and does not"),
        ("/*/", "line 1: a comment must end, and does not"),
        ("{" + "/* " * 90000, "line 1: a comment must end, and does not"),
        ("[]", "the file must hold an object, not a list"),
        ("[7]//", "the file must hold an object, not a list"),
        ("7", "the file must hold an object, not 7"),
        (
            '{"a":1,"a":1}',
            "a key other than core must occur once in its object, not 'a' twice",
        ),
        (
            '{"core":1,"core":2,"b":0,"b":0}',
            "a key other than core must occur once in its object, not 'b' twice",
        ),
        ('{"a":NaN}', "numbers must be finite, not NaN"),
        ('{"a":-Infinity}', "numbers must be finite, not -Infinity"),
        ('{"a":' + "9" * 5000 + "}", "numbers must have at most 4300 digits"),
        ("[" * 100000, "the file must be nested a few levels deep, not hundreds"),
        ('{"a":' * 100000, "the file must be nested a few levels deep, not hundreds"),
        ('{\n"é":1}', "line 2: the file must be ASCII outside its comments, not byte 0xC3"),
        (b'{"a":\xff}', "line 1: the file must be ASCII outside its comments, not byte 0xFF"),
        (
            "//" * 200001,
            "the file must have at most 200000 comments, which is more than a full chip takes, "
            "not 200001",
        ),
        (
            "[" * 1250001,
            "the file must have at most 1250000 lists, which is more than a full chip takes, "
            "not 1250001",
        ),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str | bytes, sentence: str) -> None:
    assert refusal(tmp_path, text) == f"net.json: {sentence}"


def test_a_file_of_any_size_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpe_json, "_FILE_LIMIT", 10)
    assert read(tmp_path, '{"a":1234}') == {"a": 1234}
    told = "net.json: the file must have at most 10 bytes, and has more"
    assert refusal(tmp_path, '{"a":12345}') == told


@pytest.mark.parametrize(
    "text",
    [
        '{"' + "\\a" * 2_000_000,
        '{"a' + "/" * 4_000_000,
        "{" + "/ " * 2_000_000,
        "{" + '"/*"' * 100_000,
        "{" + "/**/" * 200_000,
        "{" + "//\n" * 200_000,
        "{" + "/*" + "*" * 4_000_000,
        '{"a":"' + "/**/" * 100_000 + '"}',
    ],
    ids=lambda text: repr(text[:8]),
)
def test_comments_are_found_in_linear_time(tmp_path: Path, text: str) -> None:
    start = time.perf_counter()
    if text.endswith("}"):
        read(tmp_path, text)
    else:
        refusal(tmp_path, text)
    # Quadratic time would take hours.
    assert time.perf_counter() - start < 10


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7, "7"),
        ("a", "'a'"),
        ("a" * 50, "'" + "a" * 39 + "..."),
        (10**40 - 1, "9" * 40),
        (-(10**40), "a number of more than 40 digits"),
        pytest.param(10**5000, "a number of more than 40 digits", id="more than Python prints"),
        ([], "a list"),
        ({}, "an object"),
        (None, "None"),
    ],
)
def test_values_are_shown_shortly(value: object, text: str) -> None:
    assert shown(value) == text


@given(st.lists(st.integers(-3, 3) | st.integers(-(2**31), 2**31), min_size=1, max_size=40))
def test_a_run_length_code_is_read_back(values: list[int]) -> None:
    code = json.loads(json.dumps(coded(np.array(values))))
    section = cpe_json.Section("net.json", "here", {"list": code})
    assert expanded(section, "list", len(values)).tolist() == values


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ([5], [5]),
        ([0, 1, 2, 3], ["0:3"]),
        ([1, 1, 1], ["1x3"]),
        ([-2, -2, 7, 8, 3], ["-2x2", "7:8", 3]),
        ([-1, 0, 1, 1, 0], ["-1:1", 1, 0]),
    ],
)
def test_runs_are_told_apart(values: list[int], code: list[int | str]) -> None:
    assert coded(np.array(values)) == code


@pytest.mark.parametrize(
    ("code", "values"),
    [
        (["0:2:6"], [0, 2, 4, 6]),
        (["0:2:7"], [0, 2, 4, 6]),
        (["22:-1:20", 9], [22, 21, 20, 9]),
        (["-5", "5:5", "007"], [-5, 5, 7]),
        (["27:-4:19", "16:4:28"], [27, 23, 19, 16, 20, 24, 28]),
    ],
)
def test_runs_may_have_a_step(code: list[int | str], values: list[int]) -> None:
    section = cpe_json.Section("net.json", "here", {"list": code})
    assert expanded(section, "list", len(values)).tolist() == values
