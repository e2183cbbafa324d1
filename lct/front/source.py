"""HDL as a user names it: files of Verilog, or a class in a file of Amaranth."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from spikewright.lct.front.amaranth_text import STOPS, TEXT_LIMITS, elaborate_text
from spikewright.lct.front.confine import Limits
from spikewright.lct.front.cut import Cut
from spikewright.lct.front.design import Design
from spikewright.lct.front.elaborator import Elaborator
from spikewright.lct.front.load import load_rtlil, load_verilog
from spikewright.lct.front.refusal import Refused

__all__ = ["STOPS", "TEXT_LIMITS", "load_amaranth_text", "load_source"]

_VERILOG = (".v", ".sv", ".vh", ".svh")


def load_source(
    spec: str,
    *,
    top: str = "",
    parameters: Mapping[str, int] | None = None,
    prefer: Collection[str] = (),
    reset: str = "",
    elaborator: Elaborator | None = None,
    cut: Cut | None = None,
) -> Design:
    """Elaborate what a user names, in a confined process.

    Parameters
    ----------
    spec : str
        ``FILE.v``, ``FILE.sv`` or several with commas between them, headers that are included among
        them; or ``FILE.py:CLASS``, an Amaranth component.
    top : str
        The module of Verilog; found where left out.
    parameters : mapping of str to int
        Parameters of the module, or keywords of the class.
    prefer : collection of str
        Names that registers should have where several name the same bits.
    reset : str
        The reset input, with ``!`` before it where 0 resets; found by its usual names otherwise.
    elaborator : Elaborator
        A process to use for what is trusted no further than Verilog; one of its own by default.
        Python always gets a process of its own.
    cut : Cut
        Instances to leave out.

    Raises
    ------
    Refused
        There is no such file, or it has no exact meaning: see the class.
    """
    file, colon, name = spec.rpartition(":")
    if colon and file.endswith(".py"):
        path = Path(file)
        _check_file(path)
        text, files = elaborate_text(
            path.read_bytes(), file, name, parameters, checked=False, limits=Limits()
        )
        return load_rtlil(
            text,
            name,
            prefer=prefer,
            reset=reset,
            elaborator=elaborator,
            files=files,
            cut=cut,
        )
    if spec.endswith(".py"):
        raise Refused("name", spec, "a class of it is named too, as in FILE.py:CLASS")
    paths = [Path(part) for part in spec.split(",")]
    for path in paths:
        if path.suffix not in _VERILOG:
            sentence = "HDL is FILE.v, FILE.sv or FILE.py:CLASS, not this"
            raise Refused("file", str(path), sentence)
        _check_file(path)
    return load_verilog(
        paths,
        top,
        parameters=parameters,
        prefer=prefer,
        reset=reset,
        elaborator=elaborator,
        cut=cut,
    )


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise Refused("file", str(path), "there is no such file")


def load_amaranth_text(
    text: str,
    name: str,
    *,
    file: str = "answer.py",
    parameters: Mapping[str, int] | None = None,
    children: Mapping[str, str] | None = None,
    limits: Limits = TEXT_LIMITS,
    prefer: Collection[str] = (),
    elaborator: Elaborator | None = None,
    cut: Cut | None = None,
) -> Design:
    """Elaborate a text of Amaranth that nobody vouches for.

    Parameters
    ----------
    text : str
        It is checked against the allow-list of `check_source` before it runs.
    name : str
        The class.
    file : str
        What sentences call the text.
    parameters : mapping of str to int
        Keywords of the class.
    children : mapping of str to str
        Sources of child units by their names, trusted; those that are installed by default.
    limits : Limits
    prefer, elaborator, cut
        As of `load_source`.

    Raises
    ------
    Refused
        ``forbidden`` where the allow-list stops it; ``confined``, ``memory``, ``output`` or
        ``time`` where the process did (`STOPS`); other rules where it is no hardware.
    """
    source = text.encode(errors="surrogatepass")
    rtlil, files = elaborate_text(source, file, name, parameters, children=children, limits=limits)
    return load_rtlil(rtlil, name, prefer=prefer, elaborator=elaborator, files=files, cut=cut)
