"""Where settings come from, which of them wins, and what is refused."""

import re
import textwrap
from pathlib import Path
from typing import Any

import pytest

from spikewright.tools.errors import UserError
from spikewright.tools.llm.address import DEFAULT_URL, is_local, server_name
from spikewright.tools.llm.secret import Secret
from spikewright.tools.llm.settings import ENVIRONMENT, Price, Settings, load_settings

FILE = """
[llm]
base_url = "http://localhost:8000/v1"
key_env = "MY_KEY"
models = ["small", "large", "small"]
temperature = 0
seed = 3
timeout = 20
structured = "off"
token_budget = 100000
budget = 2.5

[llm.prices]
small = { per_million_in = 0.5, per_million_out = 2 }
"large" = { per_million_in = 3, per_million_out = 15.0 }

[another]
table = 1
"""


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in ENVIRONMENT.values():
        monkeypatch.delenv(variable, raising=False)


def written(text: str, name: str = "spikewright.toml") -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults() -> None:
    assert load_settings(models=["m"]) == Settings(models=("m",))
    settings = load_settings(need_models=False)
    assert (settings.base_url, bool(settings.key), settings.structured) == (
        *(DEFAULT_URL, False),
        "auto",
    )


@pytest.mark.parametrize("named", [False, True])
def test_a_file(named: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "a-key-of-mine")
    path = written(FILE, "other.toml" if named else "spikewright.toml")
    settings = load_settings(path if named else None)
    prices = {"small": Price(per_million_in=0.5, per_million_out=2)}
    prices["large"] = Price(per_million_in=3, per_million_out=15)
    assert settings == Settings(
        base_url="http://localhost:8000/v1",
        key=Secret("a-key-of-mine"),
        models=("small", "large"),
        prices=prices,
        temperature=0,
        seed=3,
        timeout=20,
        structured="off",
        token_budget=100_000,
        budget=2.5,
    )
    assert prices["large"].cost(1_000_000, 100_000) == 4.5


def test_environment_beats_file_and_options_beat_both(monkeypatch: pytest.MonkeyPatch) -> None:
    written('[llm]\nbase_url = "http://localhost:1/v1"\nkey = "of-the-file"\nseed = 1\njobs = 2\n')
    monkeypatch.setenv("OPENAI_API_KEY", " of-the-environment ")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:2/v1")
    monkeypatch.setenv("SPIKEWRIGHT_LLM_MODELS", "a, b,,a")
    monkeypatch.setenv("SPIKEWRIGHT_LLM_SEED", "7")
    monkeypatch.setenv("SPIKEWRIGHT_LLM_TEMPERATURE", "0.5")
    settings = load_settings(base_url="http://localhost:3/v1", seed=None, models=(), temperature=0)
    assert settings == Settings(
        base_url="http://localhost:3/v1",
        key=Secret("of-the-environment"),
        models=("a", "b"),
        seed=7,
        jobs=2,
        temperature=0,
    )


def test_what_a_report_shows() -> None:
    shown = Settings(key=Secret("0123456789"), models=("m",)).shown()
    assert "key" not in shown
    assert shown["models"] == ["m"]


def test_a_folder_from_elsewhere_does_not_say_where_the_key_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "of-the-environment")
    path = written('[llm]\nbase_url = "https://models.example.org/v1"\nmodels = ["m"]\n')
    with pytest.raises(UserError) as caught:
        load_settings()
    assert str(caught.value) == (
        "spikewright.toml: base_url 'https://models.example.org/v1' is not this machine: "
        "confirm it with --config spikewright.toml."
    )
    assert load_settings(path).base_url == "https://models.example.org/v1"
    assert load_settings(base_url=DEFAULT_URL).base_url == DEFAULT_URL


URL = "base_url must be like http://127.0.0.1:8000/v1"
HOSTS = (
    "",
    ".",
    "a..b",
    "-a",
    "a-",
    "a%00b",
    "[::1]x",
    "[]",
    "[:::]",
    "\u2603.net",
    "a:0",
    "a" * 64,
)
BAD_URLS = [f"http://{host}/v1" for host in HOSTS]
BAD: list[tuple[str, str]] = [
    ("llm = 3", "f.toml: llm must be a table, [llm]."),
    (
        "[llm",
        "f.toml must be TOML: Expected ']' at the end of a table declaration (at end of document).",
    ),
    (
        "[llm]\nmodel = 'm'",
        "f.toml: [llm] has no setting 'model'; it has base_url, key, models, prices, temperature, "
        "seed, max_tokens, timeout, retries, jobs, budget, token_budget, structured, key_env.",
    ),
    ("[llm]\nmodels = 'm'", 'f.toml: [llm] models must be a list of names, ["NAME", "NAME"].'),
    ("[llm]\nmodels = ['']", 'f.toml: [llm] models must be a list of names, ["NAME", "NAME"].'),
    ("[llm]\nkey = 1234", "f.toml: [llm] key must be text, not a int."),
    ("[llm]\nkey_env = 'NONE'", "f.toml: [llm] key_env names NONE, which is not set."),
    ("[llm]\nbase_url = 'here'", f"f.toml: [llm] {URL}, not 'here'."),
    ("[llm]\nbase_url = 'ftp://a/v1'", f"f.toml: [llm] {URL}, not 'ftp://a/v1'."),
    ("[llm]\nbase_url = 'http://[::1'", f"f.toml: [llm] {URL}, not 'http://[::1'."),
    ("[llm]\nbase_url = 'http://a:99999'", f"f.toml: [llm] {URL}, not 'http://a:99999'."),
    ("[llm]\nbase_url = 'http:// a/v1'", f"f.toml: [llm] {URL}, not 'http:// a/v1'."),
    *((f"[llm]\nbase_url = '{url}'", f"f.toml: [llm] {URL}, not '{url}'.") for url in BAD_URLS),
    (
        "[llm]\nbase_url = 'https://me:secret@a/v1'",
        f"f.toml: [llm] {URL}: no user, password or query; a key goes into OPENAI_API_KEY.",
    ),
    (
        "[llm]\nbase_url = 'https://a/v1?key=secret'",
        f"f.toml: [llm] {URL}: no user, password or query; a key goes into OPENAI_API_KEY.",
    ),
    (
        "[llm]\ntemperature = 3",
        "f.toml: [llm] temperature must be a number in 0..2, not 3.",
    ),
    (
        "[llm]\ntemperature = nan",
        "f.toml: [llm] temperature must be a number in 0..2, not nan.",
    ),
    ("[llm]\njobs = 1.5", "f.toml: [llm] jobs must be an integer in 1..256, not 1.5."),
    ("[llm]\njobs = true", "f.toml: [llm] jobs must be an integer in 1..256, not True."),
    (
        "[llm]\nprices = { m = 3 }",
        'f.toml: [llm] prices."m" must be {per_million_in = N, per_million_out = N}, with numbers '
        "of at least 0.",
    ),
    (
        "[llm.prices]\nm = { per_million_in = -1, per_million_out = 1 }",
        'f.toml: [llm] prices."m" must be {per_million_in = N, per_million_out = N}, with numbers '
        "of at least 0.",
    ),
    ("[llm]\nstructured = 'maybe'", "structured must be auto, on or off, not 'maybe'."),
    (
        "[llm]\nbudget = 1",
        "A budget in money needs the price of 'm': give it in [llm.prices.\"m\"] of "
        "spikewright.toml, or set a budget in tokens.",
    ),
]


@pytest.mark.parametrize(("text", "sentence"), BAD, ids=[text for text, _ in BAD])
def test_a_bad_file_is_one_sentence(text: str, sentence: str) -> None:
    models = () if "models" in text else ("m",)
    with pytest.raises(UserError) as caught:
        load_settings(written(text, "f.toml"), models=models)
    assert str(caught.value) == sentence


def test_bytes_that_are_no_text() -> None:
    Path("f.toml").write_bytes(b"[llm]\nkey = '\xff'")
    with pytest.raises(UserError, match=r"^f\.toml must be UTF-8, and is not\.$"):
        load_settings(Path("f.toml"))
    with pytest.raises(FileNotFoundError):
        load_settings(Path("none.toml"))


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        (
            *("SPIKEWRIGHT_LLM_JOBS", "many"),
            "SPIKEWRIGHT_LLM_JOBS: jobs must be an integer in 1..256, not 'many'.",
        ),
        (
            *("SPIKEWRIGHT_LLM_BUDGET", "-1"),
            "SPIKEWRIGHT_LLM_BUDGET: budget must be a number in 0..1e+09, not -1.0.",
        ),
        ("OPENAI_BASE_URL", "here", f"{URL}, not 'here'."),
        ("OPENAI_API_KEY", "two words", "The key must be one word of ASCII, and is not."),
        ("OPENAI_API_KEY", "schlüssel", "The key must be one word of ASCII, and is not."),
    ],
)
def test_bad_variables(
    variable: str, value: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(UserError, match=f"^{re.escape(sentence)}$"):
        load_settings(models=["m"])


@pytest.mark.parametrize("name", ["a\udcff", "x" * 201, "\x1b[2J"])
def test_a_bad_name_of_a_model(name: str) -> None:
    with pytest.raises(UserError) as caught:
        load_settings(models=[name])
    assert str(caught.value) == (
        f"A model's name must be 1..200 printable characters, not {name[:200]!r}."
    )


def test_no_model() -> None:
    with pytest.raises(UserError) as caught:
        load_settings()
    assert str(caught.value) == (
        "A model must be named: with --model, in SPIKEWRIGHT_LLM_MODELS or as models in "
        "spikewright.toml."
    )


@pytest.mark.parametrize(
    ("url", "local", "name"),
    [
        ("http://127.0.0.1:8000/v1", True, "localhost"),
        ("http://localhost:11434/v1/", True, "localhost"),
        ("http://[::1]:8000/v1", True, "localhost"),
        ("http://127.0.0.1.example.org/v1", False, "127.0.0.1.example.org"),
        ("http://gpu-box:8000/v1", False, "gpu-box:8000"),
        ("https://example.org/openai/v1/", False, "example.org/openai/v1"),
    ],
)
def test_whose_server_it_is(url: Any, local: bool, name: str) -> None:
    assert (is_local(url), server_name(url)) == (local, name)


def test_the_example_of_the_readme(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "a-key-of-mine")
    text = (Path(__file__).resolve().parents[3] / "README.md").read_text("utf-8")
    block = text[text.index("    [llm]\n") :].partition("\n\n")[0]
    settings = load_settings(written(textwrap.dedent(block), "f.toml"))
    assert (settings.models, settings.budget, settings.seed) == (("small", "large"), 5, 1)
    assert settings.key.reveal() == "a-key-of-mine"
