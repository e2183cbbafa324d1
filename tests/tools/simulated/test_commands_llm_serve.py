"""`spikewright llm serve`."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

from spikewright.tools.simulated.plans import MODELS

COMMAND = [sys.executable, "-m", "spikewright.tools.cli", "llm", "serve"]


def _run(*arguments: str) -> tuple[int, str]:
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def test_it_serves_until_it_is_interrupted() -> None:
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [*COMMAND, "--port", "0", "--json"], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        text = "".join(iter(process.stdout.readline, "}\n")) + "}"
        said = json.loads(text)
        assert said["models"] == list(MODELS)
        assert said["simulated"] is True
        with urllib.request.urlopen(f"{said['base_url']}/models", timeout=10) as answer:
            assert answer.headers["x-spikewright-simulated"] == "1"
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130


def test_a_port_that_is_taken_and_a_folder_that_is_none(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert _run("--port", str(port)) == (
            2,
            f"Port {port} of 127.0.0.1 cannot be used: Address already in use.\n",
        )
    file = tmp_path / "file"
    file.touch()
    assert _run("--pools", str(file)) == (2, f"--pools must be a folder, not {file}.\n")
