"""Text of a model, shown: nothing that it writes can act."""

import pytest

from spikewright.tools.llm.clean import cleaned, escaped, one_line
from spikewright.tools.llm.words import money


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain\ttext\r\nand more\r", "plain   text\nand more\n"),
        ("a\x1b[2Jb\x07", "a⟨U+001B⟩[2Jb⟨U+0007⟩"),
        ("\x9b31m\x00\x7f", "⟨U+009B⟩31m⟨U+0000⟩⟨U+007F⟩"),
        # Turned around, this would read as other code than it is.
        ("x\u202e y\u2066 z\u200f", "x⟨U+202E⟩ y⟨U+2066⟩ z⟨U+200F⟩"),
        ("a\u200bb\ufeffc\u2028d\U000e0041", "a⟨U+200B⟩b⟨U+FEFF⟩c⟨U+2028⟩d⟨U+E0041⟩"),
        ("half \ud800 a pair", "half ⟨U+D800⟩ a pair"),
        ("e" + "\u0301" * 5, "e" + "\u0301" * 3 + "⟨U+0301⟩" * 2),
        ("Größe 漢字", "Größe 漢字"),
    ],
)
def test_what_cannot_be_seen_is_shown(text, expected):
    assert cleaned(text) == expected
    cleaned(text).encode("utf-8")


def test_a_limit_says_that_it_cut():
    assert cleaned("abcdef", 3) == "abc ... (cut)"
    assert one_line(" a\n b\x1b \n", 100) == "a b⟨U+001B⟩"


def test_markup_is_text_between_tags_and_in_attributes():
    assert escaped("</script><b a=\"x\" c='y'>&amp;") == (
        "&lt;/script&gt;&lt;b a=&quot;x&quot; c=&#x27;y&#x27;&gt;&amp;amp;"
    )


@pytest.mark.parametrize(
    ("cost", "expected"),
    [
        (None, "not known"),
        (0.0, "$0.00"),
        (0.00123, "$0.0012"),
        (0.5, "$0.50"),
        (1234.5, "$1,234.50"),
    ],
)
def test_money(cost, expected):
    assert money(cost) == expected
