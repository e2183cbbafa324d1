"""The server: the protocol of OpenAI's chat completions on loopback, played from plans.

It keeps nothing of a conversation. The one thing that it remembers is which faults of the wire it
has played already, as each comes once.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from .answers import Reply, replies
from .conversation import NotUnderstood, step_of, understood
from .plans import MODELS
from .stock import Stock

__all__ = ["FINGERPRINT", "HEADER", "Server"]

HEADER = "x-spikewright-simulated"
FINGERPRINT = "spikewright-simulated-1"

MOST_BYTES = 4 << 20
"""Of a question."""

SLOW = 0.25
"""Seconds of a slow answer."""

CREATED = 1_700_000_000
"""A time that is the same for all answers, so that the same question has the same bytes."""


class Server(ThreadingHTTPServer):
    """Answers from a stock of pools.

    Parameters
    ----------
    stock : Stock
    port : int
        0 for any that is free.
    wire : bool
        Whether faults of the wire are played.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, stock: Stock, port: int = 0, *, wire: bool = True) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.stock, self.wire = stock, wire
        self._played: set[str] = set()
        self._lock = threading.Lock()

    @property
    def base_url(self) -> str:
        """What a client is given."""
        return f"http://127.0.0.1:{self.server_port}/v1"

    def once(self, key: str) -> bool:
        """Whether it is the first time that something with this key happens."""
        with self._lock:
            first = key not in self._played
            self._played.add(key)
            return first

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that went away."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: Server
    server_version = "spikewright-simulated"
    # One packet an answer: headers and body would wait for each other otherwise.
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 60

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
        """Nothing is logged."""

    def do_GET(self) -> None:
        """List the models."""
        if self.path.rstrip("/").endswith("/models"):
            models = [
                {"id": name, "object": "model", "created": CREATED, "owned_by": "spikewright"}
                for name in MODELS
            ]
            self._send(HTTPStatus.OK, {"object": "list", "data": models})
        else:
            self._fail(HTTPStatus.NOT_FOUND, f"there is nothing at {self.path}")

    def do_POST(self) -> None:
        """Answer a question."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MOST_BYTES:
            self.close_connection = True
            text = f"a question has at most {MOST_BYTES} bytes"
            return self._fail(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, text)
        raw = self.rfile.read(int(length))
        if not self.path.rstrip("/").endswith("/chat/completions"):
            return self._fail(HTTPStatus.NOT_FOUND, f"there is nothing at {self.path}")
        try:
            body = json.loads(raw)
        except ValueError:
            return self._fail(HTTPStatus.BAD_REQUEST, "the question must be JSON")
        if not isinstance(body, dict):
            return self._fail(HTTPStatus.BAD_REQUEST, "the question must be a JSON object")
        if body.get("model") not in MODELS:
            text = f"there is no model {str(body.get('model'))[:80]}"
            return self._fail(HTTPStatus.NOT_FOUND, text, "model_not_found")
        if body.get("stream"):
            return self._fail(HTTPStatus.BAD_REQUEST, "answers come whole, not as a stream")
        try:
            asked = understood(body, self.server.stock.units)
        except NotUnderstood as error:
            return self._fail(HTTPStatus.BAD_REQUEST, str(error))
        plan = self.server.stock.plan(asked.unit, asked.seed, asked.model, asked.target)
        step = step_of(plan, asked)
        answer = step.encode if asked.want == "hdl" else step.decode
        said = replies(answer, structured=asked.structured)
        reply = said[min(asked.continued, len(said) - 1)]
        key = hashlib.sha256(raw).hexdigest()
        wire = answer.wire if self.server.wire and not asked.continued else ()
        fault = next((f for f in wire if self.server.once(f"{f} {key}")), "")
        return self._play(fault, _completion(body, reply, len(raw), key))

    def _play(self, fault: str, answer: dict[str, Any]) -> None:
        match fault:
            case "429":
                self._fail(HTTPStatus.TOO_MANY_REQUESTS, "too many questions", "rate_limit", "0")
            case "500":
                self._fail(HTTPStatus.INTERNAL_SERVER_ERROR, "something went wrong")
            case "cut":
                self._send(HTTPStatus.OK, answer, whole=False)
            case _:
                if fault == "slow":
                    time.sleep(SLOW)
                self._send(HTTPStatus.OK, answer)

    def _fail(self, status: HTTPStatus, text: str, code: str = "", after: str = "") -> None:
        error = {"message": text, "type": "simulated_error", "param": None, "code": code or None}
        self._send(status, {"error": error}, after=after)

    def _send(
        self, status: HTTPStatus, body: dict[str, Any], *, after: str = "", whole: bool = True
    ) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.send_header(HEADER, "1")
        if after:
            self.send_header("Retry-After", after)
        self.end_headers()
        if not whole:
            data = data[: len(data) // 2]
            self.close_connection = True
        self.wfile.write(data)
        self.wfile.flush()


def _completion(body: dict[str, Any], reply: Reply, size: int, key: str) -> dict[str, Any]:
    """An answer as the protocol writes it."""
    tokens_in, tokens_out = size // 4 + 1, len(reply.content or reply.refusal or "") // 4 + 1
    message = {"role": "assistant", "content": reply.content, "refusal": reply.refusal}
    return {
        "id": f"chatcmpl-{key[:24]}",
        "object": "chat.completion",
        "created": CREATED,
        "model": body["model"],
        "system_fingerprint": FINGERPRINT,
        "choices": [
            {"index": 0, "message": message, "logprobs": None, "finish_reason": reply.finish}
        ],
        "usage": {
            "prompt_tokens": tokens_in,
            "completion_tokens": tokens_out,
            "total_tokens": tokens_in + tokens_out,
        },
    }


def _end_with_parent() -> None:
    """End when whoever started this process closes its input, or is gone."""
    sys.stdin.buffer.read()
    os._exit(0)


def main(arguments: list[str]) -> None:
    """Serve until the input ends; the first line of output is the base URL."""
    folder, seed, wire = arguments
    stock = Stock(Path(folder) if folder else None, int(seed))
    server = Server(stock, wire=wire == "1")
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.stdout.write(server.base_url + "\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
