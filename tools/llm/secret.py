"""Keys that cannot be shown by accident, and texts from which a key is taken out."""

import base64
import json
import re
import unicodedata
from urllib.parse import quote

__all__ = ["Secret", "clean_line"]

# Local servers take anything for a key: "none", "EMPTY", "ollama". Whoever blots such words out
# would change answers, and protect nothing.
SHORTEST = 8

# Servers show the head of a wrong key, with stars for the rest.
MASKED_KEY = re.compile(r"\b(sk|pk|rk|key)-[\w*.-]{4,}")

MASK = "[key]"
LONGEST_LINE = 300


class Secret:
    """A key: whoever prints, formats or logs it sees stars.

    Parameters
    ----------
    text : str
        The key; empty where there is none.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the key itself, for the one place that sends it."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "Secret('****')" if self._text else "Secret('')"

    def __str__(self) -> str:
        return "****" if self._text else ""

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __reduce__(self) -> str:
        raise TypeError("A key must stay in the process that read it.")

    def scrub(self, data: bytes) -> bytes:
        """Return bytes without the key, however JSON, a URL or a header would write it."""
        for form in self._forms():
            data = data.replace(form, MASK.encode())
        return data

    def scrub_text(self, text: str) -> str:
        """Return a text without the key."""
        return self.scrub(text.encode("utf-8", "surrogatepass")).decode("utf-8", "replace")

    def _forms(self) -> list[bytes]:
        text = self._text
        if len(text) < SHORTEST:
            return []
        quoted = json.dumps(text)[1:-1]
        forms = [text, quoted, quoted.replace("/", "\\/"), quote(text, safe=""), quote(text)]
        forms.append(base64.b64encode(text.encode()).decode().rstrip("="))
        # The longest first: a form that holds another must not leave its ends behind.
        return [form.encode() for form in sorted(set(forms), key=len, reverse=True)]


def clean_line(text: str, key: Secret | None = None, most: int = LONGEST_LINE) -> str:
    """Return a server's words as one line that a terminal can show.

    Parameters
    ----------
    text : str
        What a server wrote.
    key : Secret, optional
        Taken out, and what looks like a part of a key with it.
    most : int
        Characters to keep.

    Returns
    -------
    str
        No control characters, no marks that turn the direction of writing, no line feeds.
    """
    text = MASKED_KEY.sub(MASK, key.scrub_text(text) if key else text)
    text = "".join(c if unicodedata.category(c)[0] not in "CZ" else " " for c in text)
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 3]}..."
