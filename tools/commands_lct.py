"""`spikewright lct`: check and format Logic Condition Tables, and exchange them as spreadsheets."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spikewright.tools.commands_lct_diff import diff
from spikewright.tools.commands_lct_tests import write_row_tests
from spikewright.tools.console import atomic_path, atomic_write, out, print_json, progress
from spikewright.tools.errors import EXIT_FAULT, UserError

if TYPE_CHECKING:
    from spikewright.lct.batch import Report

__all__ = ["app", "check", "export_unit", "fmt", "import_unit", "preset_values"]

SUFFIX = ".lct.md"
SHEETS = (".csv", ".xlsx")
DEFAULT_PRESETS = ("truenorth", "tiny", "ranc")

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Check and format Logic Condition Tables, and exchange them as spreadsheets.",
)

app.command("diff")(diff)
app.command("tests")(write_row_tests)

Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[UNIT|FILE]...", help="Units by name, or files; all units if none."),
]


def _find(names: Sequence[str]) -> list[Path]:
    """Files of units given by name or by path; all of the project's own if none is given."""
    from spikewright.lct.library import Library

    library = Library()
    every = library.names()
    if not names:
        return [library.path(name) for name in every]
    found = []
    for name in names:
        if name in every:
            found.append(library.path(name))
        elif name.endswith(SUFFIX) or "/" in name:
            found.append(_file(Path(name)))
        else:
            near = get_close_matches(name, every, n=3, cutoff=0.5)
            hint = (
                f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(every)}."
            )
            raise UserError(f"No unit is called {name}: {hint}")
    return list(dict.fromkeys(found))


def _file(path: Path) -> Path:
    if not path.is_file():
        raise UserError(f"There is no file {path}.")
    if not path.name.endswith(SUFFIX):
        raise UserError(f"The file of a unit is called NAME{SUFFIX}, not {path.name}.")
    return path.resolve()


def preset_values(preset: str) -> dict[str, int]:
    """Every number of a preset, given and derived, by the name that parameters have for it."""
    from dataclasses import fields

    from spikewright.golden.architecture import Architecture

    architecture = Architecture.preset(preset)
    derived = [n for n, v in vars(Architecture).items() if isinstance(v, property)]
    names = [f.name for f in fields(architecture)] + derived
    values = {name: getattr(architecture, name) for name in names}
    return {name: value for name, value in values.items() if isinstance(value, int)}


@app.command()
def check(
    names: Names = None,
    preset: Annotated[
        list[str] | None,
        typer.Option(help="Parameters to check with, once or several times; all presets if none."),
    ] = None,
    limit: Annotated[
        float, typer.Option(min=0.001, help="Seconds for one question to the solver.")
    ] = 20.0,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Run every check of these units.

    Exit status 1 if anything was found; a question that the solver gave up on counts as found.
    """
    from spikewright.lct.batch import Job, check_jobs

    presets = {name: preset_values(name) for name in preset or DEFAULT_PRESETS}
    jobs = [
        Job(path.parent, path.name.removesuffix(SUFFIX), name, values, limit)
        for path in _find(names or [])
        for name, values in presets.items()
    ]
    reports = []
    with progress("Checking", len(jobs)) as advance:
        for report in check_jobs(jobs):
            reports.append(report)
            advance(1)
    order = {(job.unit, job.preset): n for n, job in enumerate(jobs)}
    reports.sort(key=lambda r: order[r.unit, r.preset])
    if json:
        print_json(_as_json(reports))
    else:
        _print_findings(reports)
        _print_summary(reports, list(presets))
    if any(r.findings for r in reports):
        raise typer.Exit(EXIT_FAULT)


def _as_json(reports: "Sequence[Report]") -> dict[str, Any]:
    return {
        "faults": sum(r.faults for r in reports),
        "unknown": sum(r.unknown for r in reports),
        "units": [
            {
                "unit": r.unit,
                "preset": r.preset,
                "kind": r.kind,
                "rows": r.rows,
                "seconds": round(r.seconds, 3),
                "findings": [f.to_json() for f in r.findings],
            }
            for r in reports
        ],
    }


def _print_findings(reports: "Sequence[Report]") -> None:
    """Print each finding once, with the presets under which it was made if not under all."""
    presets = list(dict.fromkeys(r.preset for r in reports))
    texts: dict[str, list[str]] = {}
    for report in reports:
        for finding in report.findings:
            text = finding.render(report.lines.get(finding.place.file))
            found = texts.setdefault(text, [])
            if report.preset not in found:
                found.append(report.preset)
    for text, found in texts.items():
        note = "" if len(found) == len(presets) else f"\n  with preset {' and '.join(found)}"
        out.print(f"{text}{note}\n", markup=False, soft_wrap=True)


def _print_summary(reports: "Sequence[Report]", presets: Sequence[str]) -> None:
    from rich.table import Table

    table = Table("unit", "kind", "rows", *presets, "seconds", box=None, pad_edge=False)
    units: dict[str, dict[str, Report]] = {}
    for report in reports:
        units.setdefault(report.unit, {})[report.preset] = report
    for name, found in units.items():
        some = next(iter(found.values()))
        seconds = sum(r.seconds for r in found.values())
        verdicts = [_verdict(found[p]) for p in presets]
        rows = str(some.rows) if some.rows else ""
        table.add_row(name, some.kind or "-", rows, *verdicts, f"{seconds:.2f}")
    out.print(table)
    findings = sum(len(r.findings) for r in reports)
    out.print(f"{_count(len(units), 'unit')}, {_count(findings, 'finding')}", markup=False)


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'s' * (number != 1)}"


def _verdict(report: "Report") -> str:
    counts: Mapping[str, int] = {"fault": report.faults, "unknown": report.unknown}
    parts = [
        _count(n, what) if what == "fault" else f"{n} {what}" for what, n in counts.items() if n
    ]
    return f"[red]{', '.join(parts)}[/red]" if parts else "[green]pass[/green]"


@app.command()
def fmt(
    names: Names = None,
    check_only: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 where a file would change.")
    ] = False,
) -> None:
    """Write units in the one way to write them: spaces and blank lines, nothing else."""
    from spikewright.lct.format import format_text

    changed = []
    for path in _find(names or []):
        old = _text(path)
        new = format_text(old)
        if new != old:
            changed.append(path)
            if not check_only:
                atomic_write(path, new)
    for path in changed:
        out.print(f"{'would change' if check_only else 'changed'} {path.name}", markup=False)
    if changed and check_only:
        raise typer.Exit(EXIT_FAULT)


@app.command("export")
def export_unit(
    name: Annotated[str, typer.Argument(metavar="UNIT|FILE", help="A unit by name, or its file.")],
    output: Annotated[Path, typer.Argument(help="The spreadsheet: .csv or .xlsx.")],
) -> None:
    """Write a unit as a spreadsheet, to be read back with `import`."""
    from spikewright.lct.spreadsheet import to_csv, to_xlsx

    kind = _sheet_kind(output)
    (path,) = _find([name])
    text = _text(path)
    if kind == ".csv":
        # Spreadsheets take a file without this mark for one in the local encoding.
        atomic_write(output, "\ufeff" + to_csv(text))
        return
    with _needs_openpyxl(output), atomic_path(output) as temporary:
        to_xlsx(text).save(temporary)


@app.command("import")
def import_unit(
    source: Annotated[Path, typer.Argument(help="The spreadsheet: .csv or .xlsx.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file to write; NAME.lct.md in this folder."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
) -> None:
    """Write the file of a unit from a spreadsheet; `check` says what is wrong with it."""
    from spikewright.lct.spreadsheet import from_csv, from_xlsx

    if not source.is_file():
        raise UserError(f"There is no file {source}.")
    if _sheet_kind(source) == ".csv":
        text = from_csv(_text(source))
    else:
        with _needs_openpyxl(source):
            text = from_xlsx(source)
    title = next((line[2:] for line in text.splitlines() if line.startswith("# ")), "")
    if not title.isidentifier():
        raise UserError(f"{source} names no unit: its first cell is `# NAME`.")
    path = output or Path(f"{title}{SUFFIX}")
    if path.exists() and not force:
        raise UserError(f"{path} exists: replace it with --force.")
    atomic_write(path, text)
    out.print(f"wrote {path}", markup=False, soft_wrap=True)


def _sheet_kind(path: Path) -> str:
    kind = path.suffix.lower()
    if kind not in SHEETS:
        raise UserError(f"A spreadsheet ends in {' or '.join(SHEETS)}, not {path.name}.")
    return kind


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: byte {error.start} is not UTF-8 text.") from None


@contextmanager
def _needs_openpyxl(path: Path) -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name != "openpyxl":
            raise
        message = f"{path.name} needs openpyxl: install spikewright with its extra `sheets`."
        raise UserError(message) from None
