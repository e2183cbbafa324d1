"""One attempt on the wire: bounded in bytes and in time, held back together, and kept.

The openai package decides what is tried again and how long it waits before. This module stands
between it and the network. Only `client.py` imports it, inside a function: `openai` is an extra.
"""

import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

import httpx2
import openai

__all__ = ["MOST_BYTES", "Attempt", "Gate", "TooLarge", "Wire", "watched"]

MOST_BYTES = 8 * 2**20

# Whoever wants us to stay away for longer is given up; the package draws the line there too.
LONGEST_WAIT = 120.0
FIRST_WAIT = 0.5
MOST_DOUBLINGS = 4

UNSENT = (
    httpx2.ConnectError,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
)
NEEDED = ("content-type", "retry-after", "retry-after-ms", "x-should-retry")


class TooLarge(openai.OpenAIError):
    """An answer has more bytes than any answer has; asking again would not help."""


@dataclass
class Attempt:
    """What came of one attempt.

    Attributes
    ----------
    status : int
        HTTP's; 0 where no answer arrived.
    raw : bytes
        The body, if it arrived whole.
    simulated : bool
        Spikewright's own server says that it is no model.
    seconds : float
        It took so long.
    trouble : str
        "timeout", "connection", "huge" or "interrupted"; empty where an answer arrived whole.
    sent : bool
        A connection stood, so the server may have begun to work, and to charge.
    reason : str
        What the system said of a connection that could not be made.
    wait : float, optional
        Seconds that the server wants us to stay away.
    """

    status: int = 0
    raw: bytes = b""
    simulated: bool = False
    seconds: float = 0.0
    trouble: str = "interrupted"
    sent: bool = True
    reason: str = ""
    wait: float | None = None


@dataclass
class Watch:
    """The attempts at one question, in the thread that asks it."""

    begins: Callable[[], None]
    ended: Callable[[Attempt], None]
    attempts: list[Attempt] = field(default_factory=list)


_watch: ContextVar[Watch] = ContextVar("_watch")


@contextmanager
def watched(
    begins: Callable[[], None], ended: Callable[[Attempt], None]
) -> Iterator[list[Attempt]]:
    """Yield the list of attempts that this thread makes inside the block.

    Parameters
    ----------
    begins : callable
        Is called before each attempt, and may raise to prevent it.
    ended : callable
        Is given each attempt when it is over.
    """
    watch = Watch(begins, ended)
    token = _watch.set(watch)
    try:
        yield watch.attempts
    finally:
        _watch.reset(token)


class Gate:
    """Holds all threads back when the server is busy: one that was told to wait waits for all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until = 0.0
        self._row = 0

    def wait(self) -> None:
        """Return when no wait is due."""
        while (left := self._until - time.monotonic()) > 0:
            time.sleep(left)

    def heard(self, status: int, seconds: float | None) -> None:
        """Take note of an answer, and of the wait that it asks for."""
        with self._lock:
            if status not in (429, 503):
                self._row = 0 if status == 200 else self._row
                return
            if seconds is None:
                seconds = FIRST_WAIT * 2 ** min(self._row, MOST_DOUBLINGS)
            self._row += 1
            if seconds <= LONGEST_WAIT:
                self._until = max(self._until, time.monotonic() + seconds)


def wanted_wait(headers: Any) -> float | None:
    """Return the seconds that a server wants us to wait, if it says so."""
    for name, unit in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        text = headers.get(name, "")
        try:
            seconds = float(text) * unit
        except ValueError:
            continue
        return seconds if 0 <= seconds < float("inf") else None
    try:
        return max(0.0, parsedate_to_datetime(headers["retry-after"]).timestamp() - time.time())
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


@cache
def _trusted() -> ssl.SSLContext:
    """Return the certificates that are believed; to read them takes a tenth of a second."""
    return httpx2.create_ssl_context()


class Wire(openai.DefaultHttpxClient):
    """The HTTP client under the openai package.

    Parameters
    ----------
    timeout : float
        Seconds for one attempt, however slowly the bytes of its body trickle.
    proxies : bool
        Whether to go by the environment's proxies.
    most_bytes : int
        Of one answer.
    """

    def __init__(
        self, *, timeout: float, proxies: bool = True, most_bytes: int = MOST_BYTES
    ) -> None:
        super().__init__(
            timeout=timeout, follow_redirects=False, verify=_trusted(), trust_env=proxies
        )
        self.seconds, self.most_bytes, self.gate = timeout, most_bytes, Gate()

    def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        """Make one attempt, and return an answer that is already here whole."""
        # The key goes where the user said, and nowhere else.
        options |= {"follow_redirects": False, "stream": True}
        # Packed bytes could hide a thousand times their number.
        request.headers["accept-encoding"] = "identity"
        watch, attempt = _watch.get(), Attempt()
        self.gate.wait()
        watch.begins()
        watch.attempts.append(attempt)
        start = time.monotonic()
        try:
            response = super().send(request, **options)
            attempt.status = response.status_code
            attempt.simulated = response.headers.get("x-spikewright-simulated") == "1"
            attempt.wait = wanted_wait(response.headers)
            attempt.raw = self._read(response, start + self.seconds)
            attempt.trouble = ""
        except TooLarge:
            attempt.trouble = "huge"
            raise
        except httpx2.TimeoutException as error:
            attempt.trouble = "timeout"
            attempt.sent = not isinstance(error, httpx2.ConnectTimeout | httpx2.PoolTimeout)
            raise
        except httpx2.TransportError as error:
            attempt.trouble, attempt.reason = "connection", str(error)
            attempt.sent = not isinstance(error, UNSENT)
            raise
        finally:
            attempt.seconds = time.monotonic() - start
            watch.ended(attempt)
        self.gate.heard(response.status_code, attempt.wait)
        return self._whole(response, attempt.raw, request)

    def _read(self, response: httpx2.Response, deadline: float) -> bytes:
        """Return the body, or raise when it is too long or too late."""
        data = bytearray()
        try:
            for chunk in response.iter_raw():
                data += chunk
                if len(data) > self.most_bytes:
                    raise TooLarge("too large")
                if time.monotonic() > deadline:
                    raise httpx2.ReadTimeout("The answer is too slow.", request=response.request)
        finally:
            response.close()
        coding = response.headers.get("content-encoding", "identity").lower()
        return self._unpacked(bytes(data)) if coding in ("gzip", "deflate") else bytes(data)

    def _unpacked(self, data: bytes) -> bytes:
        """Unpack what was packed though we did not want it."""
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)
        try:
            plain = unpacker.decompress(data, self.most_bytes)
        except zlib.error:
            return data
        if unpacker.unconsumed_tail:
            raise TooLarge("too large")
        return plain

    @staticmethod
    def _whole(response: httpx2.Response, raw: bytes, request: httpx2.Request) -> httpx2.Response:
        """Return the answer with its body, and of its headers those that the package needs."""
        # The package logs some of the rest, and a server may send the key back in them.
        headers = [(n, v) for n, v in response.headers.multi_items() if n.lower() in NEEDED]
        if response.status_code == 429 and b"insufficient_quota" in raw:
            # No wait refills an account.
            headers.append(("x-should-retry", "false"))
        return httpx2.Response(response.status_code, headers=headers, content=raw, request=request)
