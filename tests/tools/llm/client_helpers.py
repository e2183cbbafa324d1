"""A server on loopback that behaves as it is told, and questions to ask it."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from spikewright.tools.llm.client import Client, Request
from spikewright.tools.llm.record import Records
from spikewright.tools.llm.secret import Secret
from spikewright.tools.llm.settings import Settings

__all__ = ["KEY", "Server", "answer", "client", "cut", "question", "says", "serving"]

KEY = "sk-tests/Ab+c9_d8e7f6g5h4i3j2k1l0"

Step = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Does what the server's next step says."""

    protocol_version = "HTTP/1.1"
    # One packet an answer: two would wait for each other.
    wbufsize = 65536
    server: "Server"

    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        self.body = json.loads(self.rfile.read(length))
        self.server.step(self)(self)

    def do_GET(self) -> None:
        self.body = {}
        self.server.step(self)(self)

    def send(self, status: int, data: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    """Plays the steps in turn, the last one for ever, and remembers every question."""

    daemon_threads = True

    def __init__(self, steps: tuple[Step, ...]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.steps = list(steps)
        self.bodies: list[dict[str, Any]] = []
        self.heads: list[tuple[str, str]] = []
        self.lock = threading.Lock()
        self.url = f"http://127.0.0.1:{self.server_port}/v1"

    def step(self, handler: Handler) -> Step:
        with self.lock:
            self.bodies.append(handler.body)
            self.heads.append((handler.path, handler.headers.get("authorization", "")))
            return self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is what some tests are about."""


@contextmanager
def serving(*steps: Step) -> Iterator[Server]:
    with Server(steps) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def answer(text: Any = "module m;", **rest: Any) -> dict[str, Any]:
    """Return the body of a good answer."""
    message = {"role": "assistant", "content": text} | rest.pop("message", {})
    choice = {"index": 0, "message": message, "finish_reason": rest.pop("finish", "stop")}
    usage = {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150}
    return {"id": "1", "object": "chat.completion", "choices": [choice], "usage": usage} | rest


def says(body: Any = None, status: int = 200, **headers: str) -> Step:
    """Answer with JSON, or with bytes as they are; what is tried again is tried at once."""
    data = body if isinstance(body, bytes) else json.dumps(body or answer()).encode()
    return lambda handler: handler.send(status, data, **{"retry-after-ms": "1"} | headers)


def cut(handler: Handler) -> None:
    """Promise an answer, and hang up."""
    handler.send_response(200)
    handler.send_header("content-length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"choices"')
    handler.wfile.flush()
    handler.close_connection = True


def question(text: str = "Write HDL.", **changes: Any) -> Request:
    values: dict[str, Any] = {
        "model": "m",
        "messages": ({"role": "user", "content": text},),
        "purpose": "encode",
        "unit": "relay",
        "prompt": "abc",
    }
    return Request(**values | changes)


@contextmanager
def client(url: str, records: Records | None = None, **settings: Any) -> Iterator[Client]:
    values: dict[str, Any] = {"base_url": url, "key": Secret(KEY), "models": ("m",), "retries": 2}
    replay = settings.pop("replay", False)
    with records or Records(None) as kept:
        made = Client(Settings(**values | settings), kept, replay)
        try:
            yield made
        finally:
            made.close()
