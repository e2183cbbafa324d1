"""Every exchange with a model, in one SQLite file that replays them.

An exchange is written when its last byte has arrived, and is on the disk before anybody reads the
answer: a run that is killed has lost nothing that was paid for. Failed attempts are kept beside the
answers, to be read, and are never served.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from spikewright.tools.console import check_place
from spikewright.tools.errors import UserError

__all__ = ["ANSWER", "Exchange", "RecordError", "Records"]

ANSWER = "answer"

# "SPKL": other programs' databases are told from ours by this number.
APPLICATION = 0x53504B4C
VERSION = 1

# Seconds that a process waits for another to finish writing.
PATIENCE = 60.0


class RecordError(UserError):
    """A file cannot be used as records."""


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One question that was sent, and what came back.

    Attributes
    ----------
    key : str
        SHA-256 of the question and the sample's number: who asks the same gets this answer.
    time : str
        When it was sent, in UTC.
    purpose, unit, model, sample, prompt
        As in the `Request`.
    server : str
        Who was asked.
    request : str
        The body as JSON with sorted keys; it never holds the key of the server.
    raw : bytes
        The answer as it arrived, byte for byte.
    status : int
        HTTP's; 0 where none arrived.
    outcome : str
        "answer", or the kind of failure.
    note : str
        What was left out of the request because the server would not have it, or what failed.
    finish : str
        Why the model stopped.
    tokens_in, tokens_out : int
        As the server counted them.
    estimated : bool
        The server did not count: these are our guesses.
    cost : float, optional
        In the money of the prices; None where the model has none.
    seconds : float
        From the question to the last byte.
    simulated : bool
        No model answered, but Spikewright's own server.
    """

    key: str
    time: str
    purpose: str
    unit: str
    model: str
    sample: int
    prompt: str
    server: str
    request: str
    raw: bytes
    status: int
    outcome: str
    note: str = ""
    finish: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    estimated: bool = False
    cost: float | None = None
    seconds: float = 0.0
    simulated: bool = False


KINDS: dict[Any, str] = {str: "TEXT", int: "INTEGER", bool: "INTEGER", bytes: "BLOB"}
COLUMNS = {f.name: KINDS.get(f.type, "REAL") for f in fields(Exchange)}
NAMES = ", ".join(COLUMNS)
SHORT = NAMES.replace("request", "''").replace("raw", "x''")
SCHEMA = (
    f"CREATE TABLE exchange (id INTEGER PRIMARY KEY, "
    f"{', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})",
    # Two processes may pay for one answer at once; only the first is ever served.
    f"CREATE UNIQUE INDEX answers ON exchange (key, server) WHERE outcome = '{ANSWER}'",
    "CREATE INDEX keys ON exchange (key)",
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {VERSION}",
)


class Records:
    """The exchanges of one file; safe from several threads, and several processes on one file.

    Parameters
    ----------
    path : Path, optional
        The file, made where there is none; without it, exchanges live as long as the process.
    read_only : bool
        Never write, and refuse a file that is not there.
    """

    def __init__(self, path: Path | None, *, read_only: bool = False) -> None:
        self.path = path
        self._lock = threading.Lock()
        with self._sentences():
            self._base = self._open(read_only)
            try:
                self._check(read_only)
            except BaseException:
                self._base.close()
                raise

    def _open(self, read_only: bool) -> sqlite3.Connection:
        if self.path is None:
            return self._connect(":memory:")
        if read_only or self.path.exists():
            # SQLite's own "unable to open database file" tells nobody why.
            self.path.open("rb").close()
        else:
            check_place(self.path)
        place = self.path.absolute().as_uri()
        if not read_only or os.access(self.path.absolute().parent, os.W_OK):
            # Reading, too, needs a lock file beside the records while others may write.
            return self._connect(f"{place}?mode={'rw' if read_only else 'rwc'}")
        if Path(f"{self.path}-wal").exists():
            raise RecordError(f"{self.path} must be in a folder that can be written: it is in use.")
        return self._connect(f"{place}?mode=ro&immutable=1")

    @staticmethod
    def _connect(place: str) -> sqlite3.Connection:
        return sqlite3.connect(
            place,
            uri=place != ":memory:",
            timeout=PATIENCE,
            isolation_level=None,
            check_same_thread=False,
        )

    def _check(self, read_only: bool) -> None:
        """Raise a `RecordError` for a file that is not ours, and lay out one that is empty."""
        base = self._base
        base.execute("PRAGMA query_only = ON" if read_only else "BEGIN IMMEDIATE")
        empty = not self._ask("SELECT count(*) FROM sqlite_master")
        owner, version = self._ask("PRAGMA application_id"), self._ask("PRAGMA user_version")
        if empty and not owner and not read_only:
            for line in SCHEMA:
                base.execute(line)
        elif owner != APPLICATION:
            raise RecordError(f"{self.path} must hold records of Spikewright, and does not.")
        elif version != VERSION:
            raise RecordError(f"{self.path} must be of version {VERSION}, not {version}.")
        elif self._ask("PRAGMA quick_check(1)") != "ok":
            raise sqlite3.DatabaseError("database disk image is malformed")
        if not read_only:
            base.execute("COMMIT")
            base.execute("PRAGMA journal_mode = WAL")
            # Each answer was paid for: it must survive a power cut as well.
            base.execute("PRAGMA synchronous = FULL")

    def _ask(self, question: str) -> Any:
        return self._base.execute(question).fetchone()[0]

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        """Turn SQLite's errors into one sentence."""
        try:
            yield
        except sqlite3.Error as error:
            name = self.path or "The records in memory"
            corrupt = {"file is not a database", "database disk image is malformed"}
            if str(error) in corrupt or not isinstance(error, sqlite3.OperationalError):
                raise RecordError(f"{name} must hold whole records, and is damaged.") from None
            raise RecordError(f"{name} cannot be used: {error}.") from None

    def find(self, key: str, server: str | None = None) -> Exchange | None:
        """Return the answer to a question.

        Parameters
        ----------
        key : str
            SHA-256 of the question and the sample's number.
        server : str, optional
            Only its answer will do; without it, the first that was recorded.
        """
        where, values = "key = ? AND outcome = ?", [key, ANSWER]
        if server is not None:
            where, values = f"{where} AND server = ?", [*values, server]
        rows = self._select(f"WHERE {where} ORDER BY id LIMIT 1", values)
        return rows[0] if rows else None

    def add(self, exchange: Exchange) -> Exchange:
        """Keep an exchange, and return the one that will be served.

        That is another where a second process was first with the same question; the later answer is
        then kept as "duplicate".
        """
        values = _row(exchange)
        marks = ", ".join("?" * len(values))
        line = f"INSERT INTO exchange ({NAMES}) VALUES ({marks})"
        with self._sentences(), self._lock:
            try:
                self._base.execute(line, values)
            except sqlite3.IntegrityError:
                values[list(COLUMNS).index("outcome")] = "duplicate"
                self._base.execute(line, values)
        if exchange.outcome != ANSWER:
            return exchange
        return self.find(exchange.key, exchange.server) or exchange

    def all(self, *, failed: bool = True, whole: bool = True) -> list[Exchange]:
        """Return every exchange, in the order of arrival.

        Parameters
        ----------
        failed : bool
            Whether attempts without an answer are among them.
        whole : bool
            Whether with `request` and `raw`, which are long; empty, else.
        """
        rest = "ORDER BY id" if failed else f"WHERE outcome = '{ANSWER}' ORDER BY id"
        return self._select(rest, [], NAMES if whole else SHORT)

    def begins(self, start: str) -> list[Exchange]:
        """Return the exchanges whose key begins with these digits, in the order of arrival."""
        where = "WHERE substr(key, 1, ?) = ? ORDER BY id"
        return self._select(where, [len(start), start])

    def _select(self, rest: str, values: list[Any], names: str = NAMES) -> list[Exchange]:
        with self._sentences(), self._lock:
            rows = self._base.execute(f"SELECT {names} FROM exchange {rest}", values).fetchall()
            return [self._exchange(row) for row in rows]

    def _exchange(self, row: tuple[Any, ...]) -> Exchange:
        """Return a row as an exchange, or raise for values that we never wrote."""
        values = dict(zip(COLUMNS, row, strict=True))
        for f in fields(Exchange):
            if f.type is bool and values[f.name] in (0, 1):
                values[f.name] = bool(values[f.name])
            if not isinstance(values[f.name], f.type):  # type: ignore[arg-type]
                raise sqlite3.DatabaseError("database disk image is malformed")
        return Exchange(**values)

    def close(self) -> None:
        """Close the file; what was in the write-ahead log is then in the file itself."""
        with self._sentences(), self._lock:
            self._base.close()

    def __enter__(self) -> "Records":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _row(exchange: Exchange) -> list[Any]:
    """Return an exchange's values in the order of the columns, as text that a file can hold."""
    values = (getattr(exchange, name) for name in COLUMNS)
    return [v.encode("utf-8", "replace").decode() if isinstance(v, str) else v for v in values]
