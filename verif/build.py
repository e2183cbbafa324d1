"""Compile designs into simulators: a program for cocotb, or a shared library for ctypes.

Both come out of a cache (see `cache`), whose key is the hash of every source text, every argument
and the versions of the tools: the same content is built once, anything else anew.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from .cache import build_once, default_root, digest
from .design import Design, Options
from .errors import ToolError
from .ports import Port
from .toolchain import applied, environment, icarus_version, require_icarus, require_libpython
from .verilation import TIMESCALE, BuildLog, Verilation

__all__ = ["CocotbBuild", "build_cocotb", "build_library"]

# Only these functions leave a library, so that two models in one process cannot mix.
_EXPORTS = "{ global: sw_*; local: *; };\n"


@dataclass(frozen=True)
class CocotbBuild:
    """A simulator for cocotb, ready to run; see `cocotb_run.run_cocotb`.

    Members
    -------
    folder : Path
        Finished and shared: runs must write elsewhere.
    top : str
    simulator : {"verilator", "icarus"}
    options : Options
    """

    folder: Path
    top: str
    simulator: Literal["verilator", "icarus"]
    options: Options


def build_library(
    design: Design,
    driver: Mapping[str, str],
    *,
    ports: Mapping[str, Port] | None = None,
    options: Options | None = None,
    root: Path | None = None,
) -> Path:
    """Compile a design together with C++ that drives it.

    Parameters
    ----------
    design : Design
    driver : dict
        C++ by file name. It finds the model as class ``Vtop`` in ``Vtop.h``; its ``extern "C"``
        functions whose names begin with ``sw_`` can be called.
    ports : dict, optional
        What the C++ takes the ports to be, checked against what Verilator found; by default what
        the Verilog says.
    options : Options, optional
    root : Path, optional
        Folder of builds, see `cache.default_root`.

    Returns
    -------
    Path
        The shared library.
    """
    verilation = Verilation(
        design,
        options or Options(),
        product=f"lib{design.top}.so",
        files={**driver, "exports.map": _EXPORTS},
        arguments=("-LDFLAGS", "-shared -Wl,-Bsymbolic -Wl,--version-script=../exports.map"),
        ports=ports or design.ports(),
    )
    return verilation.build(root or default_root()) / verilation.product


def build_cocotb(
    design: Design,
    *,
    simulator: str = "verilator",
    options: Options | None = None,
    root: Path | None = None,
) -> CocotbBuild:
    """Compile a design for cocotb.

    Parameters
    ----------
    design : Design
    simulator : {"verilator", "icarus"}
    options : Options, optional
        Icarus knows ``waves`` only.
    root : Path, optional
        Folder of builds, see `cache.default_root`.
    """
    options = options or Options()
    root = root or default_root()
    require_libpython()
    if simulator == "verilator":
        return CocotbBuild(_verilator(design, options, root), design.top, "verilator", options)
    if simulator == "icarus":
        return CocotbBuild(_icarus(design, options, root), design.top, "icarus", options)
    raise ToolError(f"simulator must be verilator or icarus, not {simulator!r}")


def _verilator(design: Design, options: Options, root: Path) -> Path:
    """Build as cocotb's runner would, but with relative paths and only the ports visible.

    The runner's ``--public-flat-rw`` makes everything visible, which costs two thirds of the speed.
    Optimising the model saves nothing that could be measured beside Python, and takes long.
    """
    from cocotb_tools import config

    libraries = config.libs_dir
    settings = [f'public_flat_rw -module "{design.top}" -port "*"']
    for name in options.public:
        module, _, signal = name.rpartition(".")
        settings.append(f'public_flat_rw -module "{module}" -var "{signal}"')
    main = Path(config.share_dir) / "lib" / "verilator" / "verilator.cpp"
    verilation = Verilation(
        design,
        replace(options, quick=True),
        product=design.top,
        files={"cocotb_main.cpp": main.read_text()},
        arguments=(
            "--vpi",
            "-LDFLAGS",
            f"-Wl,-rpath,{libraries} -L{libraries} -lcocotbvpi_verilator",
        ),
        settings=tuple(settings),
    )
    return verilation.build(root)


def _icarus(design: Design, options: Options, root: Path) -> Path:
    require_icarus()
    if options != Options(waves=options.waves):
        raise ToolError(f"options of an Icarus build must be waves at most, not {options}")
    files = design.files(locations=False)
    cocotb = importlib.metadata.version("cocotb")
    recipe = ["icarus", design.top, files, options.waves, TIMESCALE, icarus_version(), cocotb]
    name = f"{design.top}-icarus-{digest(recipe)}"

    def make(folder: Path) -> None:
        from cocotb_tools.runner import get_runner

        for file, text in files.items():
            (folder / file).write_text(text)
        with BuildLog(root, folder.name) as log, applied(environment(root)):
            try:
                get_runner("icarus").build(
                    sources=[folder / file for file in files],
                    hdl_toplevel=design.top,
                    build_dir=folder,
                    timescale=TIMESCALE,
                    waves=options.waves,
                    log_file=log.path,
                )
            except RuntimeError as error:
                reason = log.reason(log.path.read_text())
                raise ToolError(f"Icarus must accept {design.top}, and says: {reason}") from error

    return build_once(root, name, make)
