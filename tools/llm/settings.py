"""Which server and models are asked, and how: from a file, the environment and options.

Later beats earlier: the defaults here, the table `[llm]` of `spikewright.toml` (or of the file that
`--config` names), the environment, the command's options.
"""

import math
import os
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from spikewright.tools.errors import UserError
from spikewright.tools.llm.address import DEFAULT_URL, check_url, is_local
from spikewright.tools.llm.secret import Secret

__all__ = ["Price", "Settings", "load_settings"]

CONFIG = Path("spikewright.toml")

# One variable a setting; the first two are what every program of this protocol reads.
ENVIRONMENT = {
    "key": "OPENAI_API_KEY",
    "base_url": "OPENAI_BASE_URL",
    "models": "SPIKEWRIGHT_LLM_MODELS",
    "temperature": "SPIKEWRIGHT_LLM_TEMPERATURE",
    "seed": "SPIKEWRIGHT_LLM_SEED",
    "max_tokens": "SPIKEWRIGHT_LLM_MAX_TOKENS",
    "timeout": "SPIKEWRIGHT_LLM_TIMEOUT",
    "retries": "SPIKEWRIGHT_LLM_RETRIES",
    "jobs": "SPIKEWRIGHT_LLM_JOBS",
    "budget": "SPIKEWRIGHT_LLM_BUDGET",
    "token_budget": "SPIKEWRIGHT_LLM_TOKEN_BUDGET",
    "structured": "SPIKEWRIGHT_LLM_STRUCTURED",
}
LONGEST_NAME = 200
STRUCTURED = ("auto", "on", "off")

# What an option is when nobody gave it.
UNSET: tuple[Any, ...] = (None, "", (), [])

# Smallest and largest value of each number; the kind of the bounds is the kind of the number.
RANGES: dict[str, tuple[int, int] | tuple[float, float]] = {
    "temperature": (0.0, 2.0),
    "seed": (0, 2**31 - 1),
    "max_tokens": (1, 10_000_000),
    "timeout": (0.01, 86_400.0),
    "retries": (0, 100),
    "jobs": (1, 256),
    "budget": (0.0, 1e9),
    "token_budget": (0, 10**15),
}


@dataclass(frozen=True, kw_only=True)
class Price:
    """What a model costs, in the money of the budget.

    Attributes
    ----------
    per_million_in, per_million_out : float
        For a million tokens of the question, and of the answer.
    """

    per_million_in: float
    per_million_out: float

    def cost(self, tokens_in: int, tokens_out: int) -> float:
        """Return the cost of one exchange."""
        return (tokens_in * self.per_million_in + tokens_out * self.per_million_out) / 1e6


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Which server and models are asked, and how.

    Attributes
    ----------
    base_url : str
        Where the protocol begins, usually ending in `/v1`.
    key : Secret
        Sent to that server only; empty where it asks for none.
    models : tuple of str
        Names as the server knows them.
    prices : mapping of str to Price
        By model; a budget in money needs one for every model.
    temperature, seed, max_tokens : optional
        Left out of the request where None; sample s of a unit gets the seed plus s.
    timeout : float
        Seconds for one attempt, from the question to the last byte of the answer.
    retries : int
        Further attempts after a failure that may pass.
    jobs : int
        Questions in flight at once.
    budget, token_budget : optional
        Money and tokens that one command may spend.
    structured : str
        "auto" asks for JSON by schema until a server refuses, "on" insists, "off" never does.
    """

    base_url: str = DEFAULT_URL
    key: Secret = field(default_factory=Secret)
    models: tuple[str, ...] = ()
    prices: Mapping[str, Price] = field(default_factory=dict)
    temperature: float | None = None
    seed: int | None = None
    max_tokens: int | None = None
    timeout: float = 600.0
    retries: int = 6
    jobs: int = 4
    budget: float | None = None
    token_budget: int | None = None
    structured: str = "auto"

    def __post_init__(self) -> None:
        check_url(self.base_url)
        text = self.key.reveal()
        if not text.isascii() or not text.isprintable() or " " in text:
            raise UserError("The key must be one word of ASCII, and is not.")
        for name in RANGES:
            if (value := getattr(self, name)) is not None:
                check_number(name, value)
        if self.structured not in STRUCTURED:
            raise UserError(f"structured must be auto, on or off, not {self.structured!r}.")
        for model in self.models:
            if not model.isprintable() or not 0 < len(model) <= LONGEST_NAME:
                raise UserError(
                    f"A model's name must be 1..{LONGEST_NAME} printable characters, not "
                    f"{model[:LONGEST_NAME]!r}."
                )
        if self.budget is not None:
            for model in self.models:
                if model not in self.prices:
                    raise UserError(unpriced(model))

    def shown(self) -> dict[str, Any]:
        """Return what a report may show: everything but the key."""
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "key"}
        prices = {model: asdict(price) for model, price in self.prices.items()}
        return values | {"prices": prices, "models": list(self.models)}


def unpriced(model: str) -> str:
    """Say that a budget in money needs a model's price."""
    return (
        f"A budget in money needs the price of {model!r}: give it in "
        f'[llm.prices."{model}"] of {CONFIG}, or set a budget in tokens.'
    )


def check_number(name: str, value: object) -> None:
    """Raise a `UserError` for a number out of its range."""
    low, high = RANGES[name]
    whole = isinstance(low, int)
    kinds = (int,) if whole else (int, float)
    good = isinstance(value, kinds) and not isinstance(value, bool)
    if not good or not low <= value <= high:  # type: ignore[operator]
        kind = "an integer" if whole else "a number"
        raise UserError(f"{name} must be {kind} in {low:g}..{high:g}, not {value!r}.")


def load_settings(
    config: Path | None = None, *, need_models: bool = True, **overrides: Any
) -> Settings:
    """Read the settings.

    Parameters
    ----------
    config : Path, optional
        File with a table `[llm]`; `spikewright.toml` of this folder, if there is one, else.
    need_models : bool
        Whether no model at all is an error.
    **overrides
        Fields of `Settings` as options gave them; what is None or empty was not given.

    Returns
    -------
    Settings
    """
    place = config or CONFIG
    given = _from_file(place) if config or CONFIG.is_file() else {}
    suggested = given.get("base_url", DEFAULT_URL) if config is None else DEFAULT_URL
    given |= _from_environment()
    options = {name: value for name, value in overrides.items() if value not in UNSET}
    given |= options
    if given.get("base_url") == suggested != DEFAULT_URL and not is_local(suggested):
        # A folder from elsewhere must not decide to whom the user's key is sent.
        raise UserError(
            f"{CONFIG}: base_url {suggested!r} is not this machine: confirm it with "
            f"--config {CONFIG}."
        )
    if isinstance(given.get("key"), str):
        given["key"] = Secret(given["key"])
    if "models" in given:
        given["models"] = tuple(dict.fromkeys(given["models"]))
    if need_models and not given.get("models"):
        raise UserError(
            f"A model must be named: with --model, in {ENVIRONMENT['models']} or as models in "
            f"{CONFIG}."
        )
    return Settings(**given)


def _from_environment() -> dict[str, Any]:
    """Return the settings that the environment gives."""
    found: dict[str, Any] = {}
    for name, variable in ENVIRONMENT.items():
        text = os.environ.get(variable, "").strip()
        if not text:
            continue
        try:
            found[name] = _read(name, text)
        except UserError as error:
            raise UserError(f"{variable}: {error}") from None
    return found


def _read(name: str, text: str) -> Any:
    """Return the value that a variable's text stands for."""
    if name == "models":
        return tuple(filter(None, (word.strip() for word in text.split(","))))
    if name not in RANGES:
        return text
    value: Any = text
    with suppress(ValueError):
        value = int(text) if isinstance(RANGES[name][0], int) else float(text)
    check_number(name, value)
    return value


def _from_file(path: Path) -> dict[str, Any]:
    """Return the settings that a file's table `[llm]` gives."""
    try:
        table = tomllib.loads(path.read_text("utf-8")).get("llm", {})
    except UnicodeDecodeError:
        raise UserError(f"{path} must be UTF-8, and is not.") from None
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path} must be TOML: {error}.") from None
    if not isinstance(table, dict):
        raise UserError(f"{path}: llm must be a table, [llm].")
    known = [*(f.name for f in fields(Settings)), "key_env"]
    for name in table:
        if name not in known:
            raise UserError(f"{path}: [llm] has no setting {name!r}; it has {', '.join(known)}.")
    try:
        return _checked(dict(table))
    except UserError as error:
        raise UserError(f"{path}: [llm] {error}") from None


def _checked(table: dict[str, Any]) -> dict[str, Any]:
    """Return a file's settings with the types that `Settings` wants."""
    for name in ("base_url", "key", "key_env", "structured"):
        if name in table and not isinstance(table[name], str):
            raise UserError(f"{name} must be text, not a {type(table[name]).__name__}.")
    if "base_url" in table:
        check_url(table["base_url"])
    for name in set(table) & set(RANGES):
        check_number(name, table[name])
    models = table.get("models", [])
    if not isinstance(models, list) or not all(isinstance(m, str) and m for m in models):
        raise UserError('models must be a list of names, ["NAME", "NAME"].')
    if variable := table.pop("key_env", ""):
        if not os.environ.get(variable):
            raise UserError(f"key_env names {variable}, which is not set.")
        table["key"] = os.environ[variable]
    if "prices" in table:
        table["prices"] = _prices(table["prices"])
    return table


def _prices(table: object) -> dict[str, Price]:
    """Return the prices by model."""
    names = {"per_million_in", "per_million_out"}
    prices = {}
    for model, price in (table if isinstance(table, dict) else {"": None}).items():
        values = price if isinstance(price, dict) else {}
        good = [type(v) in (int, float) and 0 <= v < math.inf for v in values.values()]
        if set(values) != names or not all(good):
            raise UserError(
                f'prices."{model}" must be {{per_million_in = N, per_million_out = N}}, '
                "with numbers of at least 0."
            )
        prices[model] = Price(**values)
    return prices
