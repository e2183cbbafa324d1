"""Lets the openai package ask, and says what became of it."""

import json
import threading
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from spikewright.tools.llm.address import is_local
from spikewright.tools.llm.failure import ModelFailure, refusal_of_server
from spikewright.tools.llm.secret import clean_line
from spikewright.tools.llm.settings import Settings

if TYPE_CHECKING:
    from spikewright.tools.llm.wire import Attempt

__all__ = ["Sender"]

# A server that nobody listens at need not be waited for as long as an answer.
CONNECT_SECONDS = 10.0

# Some servers have hundreds of models.
MOST_NAMES = 5


class Sender:
    """Sends questions, with the package's retries; safe to use from several threads.

    Parameters
    ----------
    settings : Settings
        Which server, with which key, and how patiently.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._package: Any = None

    def send(
        self,
        body: Mapping[str, Any],
        begins: Callable[[], None],
        ended: "Callable[[Attempt], None]",
    ) -> "tuple[list[Attempt], ModelFailure | None]":
        """Ask, and return the attempts and why there is no answer, if there is none.

        Parameters
        ----------
        body : mapping
            The question.
        begins : callable
            Is called before each attempt, and may raise to prevent it.
        ended : callable
            Is given each attempt when it is over.
        """
        package = self._open()
        import openai

        from spikewright.tools.llm.wire import watched

        with watched(begins, ended) as attempts:
            try:
                package.chat.completions.with_raw_response.create(**body)
            except openai.OpenAIError:
                failure = self._failure(str(body["model"]), attempts)
            else:
                return attempts, None
        if failure.kind == "model" and (names := self._names(str(body["model"]))):
            failure = ModelFailure("model", f"{failure} It has {names}.")
        return attempts, failure

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            if self._package is not None:
                self._package.close()

    def _open(self) -> Any:
        """Return the package's client, made when it is first needed."""
        with self._lock:
            if self._package is None:
                self._package = self._made()
            return self._package

    def _made(self) -> Any:
        try:
            import openai
        except ModuleNotFoundError as error:
            if error.name != "openai":
                raise
            sentence = "Asking a model needs openai: install spikewright with its extra `llm`."
            raise ModelFailure("url", sentence) from None
        from spikewright.tools.llm.wire import Wire

        settings = self._settings
        connect = min(CONNECT_SECONDS, settings.timeout)
        return openai.OpenAI(
            # The package would look into the environment for what it is not given.
            api_key=settings.key.reveal() or "none",
            base_url=settings.base_url,
            max_retries=settings.retries,
            timeout=openai.Timeout(settings.timeout, connect=connect),
            # A proxy is for the world outside; this machine's server would be none of its business.
            http_client=Wire(timeout=settings.timeout, proxies=not is_local(settings.base_url)),
        )

    def _names(self, wrong: str) -> str:
        """Return the server's models, those like the wrong name first; nothing if unknown."""
        import openai

        from spikewright.tools.llm.wire import watched

        asker = self._open().with_options(max_retries=0, timeout=CONNECT_SECONDS)
        try:
            with watched(lambda: None, lambda _: None):
                raw = asker.models.with_raw_response.list().content
            listed = json.loads(raw)["data"]
            names = [clean_line(entry["id"], self._settings.key, 60) for entry in listed]
        except (openai.OpenAIError, ValueError, LookupError, TypeError, AttributeError):
            return ""
        near = get_close_matches(wrong, names, n=MOST_NAMES, cutoff=0.4)
        first = list(dict.fromkeys([*near, *names]))[:MOST_NAMES]
        more = len(set(names)) - len(first)
        return ", ".join(first) + (f" and {more:,} more" if more else "")

    def _failure(self, model: str, attempts: "list[Attempt]") -> ModelFailure:
        """Say what the last attempt came to."""
        last = attempts[-1]
        times = f" after {len(attempts)} attempts" if len(attempts) > 1 else ""
        server, key = self._settings.base_url, self._settings.key
        if last.trouble == "huge":
            return ModelFailure("huge", f"{server} must answer in at most 8 MiB, and sends more.")
        if last.trouble == "timeout":
            limit = f"{self._settings.timeout:g} s"
            return ModelFailure("timeout", f"{server} must answer in {limit}{times}, and does not.")
        if last.trouble and not last.sent:
            reason = clean_line(last.reason, key).rstrip(".")
            return ModelFailure(
                "connection", f"{server} cannot be reached{times}: {reason}.", fatal=True
            )
        if last.trouble:
            return ModelFailure("connection", f"{server} cut the connection{times}.")
        return refusal_of_server(
            last.status,
            last.raw,
            server=server,
            model=model,
            key=key,
            attempts=len(attempts),
            wait=last.wait,
        )
