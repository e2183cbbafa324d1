"""Where a server is, and what it is called."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from spikewright.tools.errors import UserError

__all__ = ["DEFAULT_URL", "check_url", "is_local", "server_name"]

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
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise UserError(f"{rule}, not {url!r}.") from None
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        # What is wrong may be a key, so it is not quoted.
        raise UserError(f"{rule}: no user, password or query; a key goes into OPENAI_API_KEY.")
    if not good or not url.isprintable() or " " in url:
        raise UserError(f"{rule}, not {url!r}.")


def server_name(url: str) -> str:
    """Return who is asked, for records and sentences; servers of this machine are one."""
    parts = urlsplit(url)
    if is_local(url):
        return "localhost"
    return parts.netloc + (parts.path.rstrip("/") if parts.path.rstrip("/") != "/v1" else "")
