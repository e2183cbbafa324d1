"""Where a server is, and what it is called."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from spikewright.tools.errors import UserError

__all__ = ["DEFAULT_URL", "check_url", "is_local", "server_name"]

LONGEST = 500
LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
PLACE = re.compile(rf"(?:{LABEL}(?:\.{LABEL})*|\[[0-9A-Fa-f:.]+\])(?::\d+)?")

DEFAULT_URL = "https://api.openai.com/v1"


def is_local(url: str) -> bool:
    """Whether a URL is this machine's own."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def check_url(url: str) -> None:
    """Raise a `UserError` for what is no address of a server."""
    rule = "base_url must be like http://127.0.0.1:8000/v1"
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and parts.port != 0
        if "[" in parts.netloc:
            ip_address(parts.hostname or "")
        good = good and PLACE.fullmatch(parts.netloc.rpartition("@")[2]) is not None
    except ValueError:
        raise UserError(f"{rule}, not {url!r}.") from None
    if "@" in parts.netloc or parts.query or parts.fragment:
        # What is wrong may be a key, so it is not quoted.
        raise UserError(f"{rule}: no user, password or query; a key goes into OPENAI_API_KEY.")
    if not good or not url.isprintable() or " " in url or len(url) > LONGEST:
        raise UserError(f"{rule}, not {url[:LONGEST]!r}.")


def server_name(url: str) -> str:
    """Return who is asked, for records and sentences; servers of this machine are one."""
    parts = urlsplit(url)
    if is_local(url):
        return "localhost"
    return parts.netloc + (parts.path.rstrip("/") if parts.path.rstrip("/") != "/v1" else "")
