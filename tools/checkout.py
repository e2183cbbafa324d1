"""A copy of the project: its virtual environment, what the environment holds, and running it.

Standard library only: `bootstrap.py` loads this module before anything is installed.
"""

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING or __package__:
    from spikewright.tools import prerequisites
    from spikewright.tools.typelinks import make_type_links
else:
    # Loaded by bootstrap.py run as a script: this folder is the first that Python searches.
    import prerequisites
    from typelinks import make_type_links

__all__ = ["Checkout", "Unable", "last_complaint", "say"]

# What pip prints when it reached nobody. Without a network it ends with "No matching
# distribution", which would send the reader the wrong way.
NETWORK_SIGNS = (
    "NewConnectionError",
    "Failed to establish a new connection",
    "Temporary failure in name resolution",
    "Name or service not known",
    "Network is unreachable",
    "Connection refused",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "ProxyError",
)


class Unable(Exception):
    """The work cannot be done; the text is one sentence for the person at the keyboard."""


def say(text: str) -> None:
    """Print one line of progress."""
    print(f"bootstrap: {text}", file=sys.stderr, flush=True)


class Checkout:
    """A copy of the project and the virtual environment that belongs to it.

    Parameters
    ----------
    root : Path
        Folder of pyproject.toml.
    allow_apt : bool
        Whether missing system packages may be installed.
    """

    def __init__(self, root: Path, *, allow_apt: bool = True) -> None:
        self.root = root
        self.allow_apt = allow_apt
        self.venv = root / ".venv"
        self.python = self.venv / "bin" / "python"
        self.stamp = self.venv / "spikewright.stamp"
        self.log = root / "build" / "bootstrap.log"
        self.pins = root / "tools" / "requirements.txt"

    def prepare(self, command: str) -> None:
        """Bring the machine and the environment to where `command` can run."""
        exists = self.venv.exists()
        if exists:
            self.check_environment()
        interpreter = self.python if exists else Path(sys.executable)
        needed = prerequisites.needed_by(command)
        self.provide(needed if exists else [prerequisites.ENSUREPIP, *needed], interpreter)
        if not exists:
            self.make_environment()
        self.install()
        make_type_links(self.root)

    # The system's tools.

    def provide(self, needed: list[prerequisites.Prerequisite], interpreter: Path) -> None:
        """Install the system packages that are missing, or say which they are."""
        missing = [item for item in needed if not item.probe(interpreter)]
        if not missing:
            return
        named = ", ".join(f"{item.name} ({item.purpose})" for item in missing)
        for item in missing:
            if not item.package_for(interpreter):
                raise Unable(
                    f"{item.name} ({item.purpose}) is missing and {interpreter} is not this "
                    "system's own Python, so no package brings it: use the system's Python"
                    + (" or set LIBPYTHON_LOC." if item.name == "libpython" else ".")
                )
        packages = [item.package_for(interpreter) for item in missing]
        privilege = prerequisites.apt_privilege() if self.allow_apt else None
        if privilege is None:
            raise Unable(
                f"missing on this system: {named}; install with\n"
                f"  {prerequisites.apt_line(packages)}\nand run the same command again."
            )
        say(f"missing on this system: {named}")
        self.apt_install(privilege, packages)
        prerequisites.forget_answers()
        still = [item.name for item in missing if not item.probe(interpreter)]
        if still:
            raise Unable(
                f"{', '.join(still)} not found even after installing {' '.join(packages)}."
            )

    def apt_install(self, privilege: list[str], packages: list[str]) -> None:
        """Install packages; fetch the package lists first only where they turn out too old."""
        install = prerequisites.install_command(privilege, packages)
        if self.logged(f"installing {' '.join(packages)}", install)[0] == 0:
            return
        self.logged("updating the package lists", [*privilege, "apt-get", "update"])
        status, text = self.logged(f"installing {' '.join(packages)}", install)
        if status != 0:
            raise Unable(
                f"apt-get could not install {' '.join(packages)}: {last_complaint(text)} "
                f"(the whole output is in {self.log})"
            )

    # The virtual environment.

    def check_environment(self) -> None:
        """Refuse an environment that cannot be used, without touching it."""
        advice = f"delete the folder {self.venv} and run this again."
        probe = "import sys, pip; print('%d.%d' % sys.version_info[:2])"
        try:
            done = subprocess.run(
                [self.python, "-I", "-c", probe], capture_output=True, text=True, check=False
            )
        except OSError as error:
            raise Unable(
                f"the virtual environment is broken ({error.strerror}: {self.python}); {advice}"
            ) from None
        if done.returncode != 0:
            reason = last_complaint(done.stderr)
            raise Unable(f"the virtual environment is broken ({reason}); {advice}")
        version = tuple(int(part) for part in done.stdout.split("."))
        if version < (3, 11):
            raise Unable(
                f"the virtual environment's Python must be 3.11 or newer, not "
                f"{done.stdout.strip()}; {advice}"
            )

    def make_environment(self) -> None:
        """Create the virtual environment with this interpreter, or leave nothing behind."""
        status, text = None, ""
        try:
            status, text = self.logged(
                f"making the virtual environment with Python {sys.version.split()[0]}",
                [sys.executable, "-m", "venv", str(self.venv)],
            )
        finally:
            # Half an environment, after an interrupt too, would stop the next start.
            if status != 0:
                shutil.rmtree(self.venv, ignore_errors=True)
        if status != 0:
            raise Unable(f"the virtual environment could not be made: {last_complaint(text)}")

    def fingerprint(self) -> str:
        """Return a hash of all that decides what the environment has to hold."""
        # The folder too: an editable install in a moved checkout points to the old place.
        parts = [str(self.root).encode(), self.pins.read_bytes()]
        parts.append((self.root / "pyproject.toml").read_bytes())
        return hashlib.sha256(b"\0".join(parts)).hexdigest()

    def install(self) -> None:
        """Install the pinned packages and the project, unless that has been done."""
        fingerprint = self.fingerprint()
        if self.stamp.is_file() and self.stamp.read_text().strip() == fingerprint:
            return
        pip = [str(self.python), "-m", "pip", "--disable-pip-version-check", "--no-input"]
        self.pip("the pinned packages", [*pip, "install", "-r", str(self.pins)])
        # The pins hold the build tool, so nothing is fetched to build the project.
        project = ["--no-deps", "--no-build-isolation", "--editable", str(self.root)]
        self.pip("the project itself", [*pip, "install", *project])
        self.stamp.write_text(fingerprint + "\n")

    def pip(self, what: str, command: list[str]) -> None:
        """Run pip, and turn its failures into one sentence."""
        status, text = self.logged(f"installing {what}", command)
        if status == 0:
            return
        if any(sign in text for sign in NETWORK_SIGNS):
            raise Unable(
                f"pip reached no package index while installing {what}; connect to a network "
                f"or set up an index with `pip config` (the whole output is in {self.log})"
            )
        raise Unable(
            f"pip could not install {what}: {last_complaint(text)} "
            f"(the whole output is in {self.log})"
        )

    # Running things.

    def environment(self) -> dict[str, str]:
        """Return the environment in which the project's commands run."""
        # make starts a program called `python`, so the environment's own must come first.
        path = f"{self.venv / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        return {**os.environ, "PATH": path, "VIRTUAL_ENV": str(self.venv)}

    def call(self, module: str, *arguments: str) -> int:
        """Run a module in the environment, from the top folder."""
        command = [str(self.python), "-m", module, *arguments]
        say(shlex.join([module, *arguments]))
        done = subprocess.run(command, cwd=self.root, env=self.environment(), check=False)
        return done.returncode

    def become(self, *arguments: str) -> int:
        """Replace this process by `spikewright ARGUMENTS`, in the caller's folder."""
        command = [str(self.python), "-m", "spikewright.tools.cli", *arguments]
        sys.stdout.flush()
        os.execve(self.python, command, self.environment())

    def logged(self, title: str, command: list[str]) -> tuple[int, str]:
        """Run a command with its output in the log; return its exit status and output."""
        say(f"{title} ...")
        start = time.monotonic()
        lines = []
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"$ {shlex.join(command)}\n")
            with subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
            ) as process:
                for line in process.stdout or ():
                    log.write(line)
                    lines.append(line)
                    show_status(line)
        show_status("")
        if process.returncode == 0:
            say(f"{title}: done in {time.monotonic() - start:.0f} s")
        return process.returncode, "".join(lines)


def show_status(line: str) -> None:
    """Show what is going on in one line that the next call overwrites; terminals only."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K" + line.strip()[:79])
        sys.stderr.flush()


def last_complaint(text: str) -> str:
    """Return the last line of a program's output that looks like the reason it stopped."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    complaints = [line for line in lines if line.startswith(("ERROR:", "E:", "Error:"))]
    return (complaints or lines or ["no reason given"])[-1]
