"""The wheel holds the tree, the parts import only what they may, and no file names a registry."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import requires, version
from itertools import chain, pairwise
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("golden", "hdl", "lct", "tools", "verif")
LEFTOVERS = ("__pycache__", "*.pyc", ".*")

# What each part may import of the others; a name with a dot allows that module only.
ALLOWED = {
    "golden": {"golden"},
    "lct": {"lct"},
    "hdl": {"hdl", "lct", "golden.architecture"},
    "verif": {"verif", "golden", "hdl", "lct"},
    "tools": {"tools", "golden", "hdl", "lct", "verif"},
}
# numba, and the llvmlite that it is made of, are for the fast engine, and optional.
GOLDEN_LIBRARIES = {"numpy", "numba", "llvmlite"}


def sources(part: str) -> list[Path]:
    return sorted(p for p in (ROOT / part).rglob("*.py") if "__pycache__" not in p.parts)


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and absolute name of everything a file of the five parts imports."""
    package = ("spikewright", *path.relative_to(ROOT).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*start, *([node.module] if node.module else [])])
            # `from spikewright.golden import architecture` imports a module, or a name of one.
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def is_allowed(name: str, allowed: set[str]) -> bool:
    """Say whether a name inside the namespace is one of the allowed modules or lies below one."""
    return any(f"{name}.".startswith(f"spikewright.{module}.") for module in allowed)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Return the names in a wheel built, without a network, from a copy of the tree."""
    folder = tmp_path_factory.mktemp("wheel")
    tree = folder / "tree"
    ignore = shutil.ignore_patterns(*LEFTOVERS)
    for part in PARTS:
        shutil.copytree(ROOT / part, tree / part, ignore=ignore)
    for file in ("pyproject.toml", "README.md"):
        if (ROOT / file).exists():
            shutil.copy(ROOT / file, tree / file)
    command = ["build", "--wheel", "--no-isolation", "--outdir", str(folder), str(tree)]
    done = subprocess.run(
        [sys.executable, "-m", *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (file,) = folder.glob("spikewright-*.whl")
    return set(zipfile.ZipFile(file).namelist())


def test_wheel_holds_every_file_of_the_tree(wheel: set[str], tmp_path: Path) -> None:
    expected = set()
    for part in PARTS:
        # The same copy as above, so that leftovers are decided in one place.
        copy = tmp_path / "spikewright" / part
        shutil.copytree(ROOT / part, copy, ignore=shutil.ignore_patterns(*LEFTOVERS))
        expected |= {str(p.relative_to(tmp_path)) for p in copy.rglob("*") if p.is_file()}
    packed = {name for name in wheel if ".dist-info/" not in name}
    assert packed == expected, "compare packages and package-data in pyproject.toml"


def test_namespace_has_no_init(wheel: set[str]) -> None:
    assert "spikewright/__init__.py" not in wheel
    assert not (ROOT / "__init__.py").exists()


@pytest.mark.parametrize("part", PARTS)
def test_every_folder_with_sources_is_a_package(part: str) -> None:
    folders = {path.parent for path in sources(part)}
    assert folders
    assert [f for f in sorted(folders) if not (f / "__init__.py").exists()] == []


@pytest.mark.parametrize("part", PARTS)
def test_part_imports_only_what_it_may(part: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in sources(part)
        for line, name in imports(path)
        if name.partition(".")[0] in {"spikewright", "tests"}
        and not is_allowed(name, ALLOWED[part])
    ]
    assert wrong == []


@pytest.mark.parametrize("part", PARTS)
def test_nothing_is_imported_under_its_bare_name(part: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in sources(part)
        for line, name in imports(path)
        if name.partition(".")[0] in PARTS
    ]
    assert wrong == []


def test_golden_imports_only_numpy_and_the_standard_library() -> None:
    known = set(sys.stdlib_module_names) | GOLDEN_LIBRARIES | {"spikewright"}
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in sources("golden")
        for line, name in imports(path)
        if name.partition(".")[0] not in known
    ]
    assert wrong == []


def test_rules_see_every_way_to_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    file = tmp_path / "golden" / "bad.py"
    file.parent.mkdir()
    file.write_text(
        "import spikewright.lct\n"
        "from spikewright import hdl\n"
        "from spikewright.golden_extra import x\n"
        "from .network import Network\n"
        "from . import mesh\n"
        "def f():\n"
        "    from ..verif import ports\n"
    )
    found = [name for _, name in imports(file)]
    assert sorted(found) == [
        "spikewright.golden.mesh",
        "spikewright.golden.network.Network",
        "spikewright.golden_extra.x",
        "spikewright.hdl",
        "spikewright.lct",
        "spikewright.verif.ports",
    ]
    wrong = [name for name in found if not is_allowed(name, ALLOWED["golden"])]
    assert len(wrong) == 4


def test_part_of_a_part_is_allowed_by_its_full_name_only() -> None:
    assert is_allowed("spikewright.golden.architecture.Architecture", ALLOWED["hdl"])
    assert not is_allowed("spikewright.golden.Architecture", ALLOWED["hdl"])
    assert not is_allowed("spikewright.golden.simulate", ALLOWED["hdl"])


def test_tests_stop_with_one_sentence_where_they_would_test_other_code(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path / "tests")
    (tmp_path / "tests" / "test_x.py").write_text("def test_x(): pass\n")
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "tests"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert done.stderr.strip() == (
        f"ERROR: The tests of {tmp_path} would run the code in {ROOT}; "
        "run: python3 tools/bootstrap.py setup"
    )


def project_files() -> list[Path]:
    """Return the files of the project: what git would commit, or all of a tree without git."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        paths = [ROOT / name for name in names.split("\0") if name]
        return [path for path in paths if path.is_file()]
    places = [ROOT / part for part in (*PARTS, "tests", ".ci")]
    paths = [path for place in places for path in place.rglob("*")]
    paths += list(ROOT.glob("*"))
    return [p for p in paths if p.is_file() and "__pycache__" not in p.parts]


def test_no_file_names_a_package_registry() -> None:
    # In two pieces, so that this file passes its own test.
    hosts = [
        name + domain
        for name, domain in (
            ("pypi", ".org"),
            ("pythonhosted", ".org"),
            ("deb.debian", ".org"),
            ("security.debian", ".org"),
            ("archive.ubuntu", ".com"),
            ("registry.npmjs", ".org"),
            ("anaconda", ".org"),
            ("crates", ".io"),
        )
    ]
    pattern = re.compile("|".join(re.escape(host) for host in hosts).encode(), re.IGNORECASE)
    files = project_files()
    assert ROOT / "pyproject.toml" in files
    found = [str(f.relative_to(ROOT)) for f in files if pattern.search(f.read_bytes())]
    assert found == []


def pins() -> dict[str, str]:
    """Return package name and exact version from tools/requirements.txt."""
    lines = (ROOT / "tools" / "requirements.txt").read_text().splitlines()
    names = [line.split("==") for line in lines if line and not line.startswith("#")]
    return dict(names)


def spelled(name: str) -> str:
    """Return a package's name in the one spelling that all its spellings share."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_dependency_is_pinned_within_its_bound() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for line in chain(project["dependencies"], *project["optional-dependencies"].values()):
        wanted = Requirement(line)
        assert wanted.specifier.contains(pins()[spelled(wanted.name)]), line


def test_pins_hold_what_the_pinned_packages_need() -> None:
    pinned = pins()
    missing = set()
    for name in pinned:
        for line in requires(name) or []:
            wanted = Requirement(line)
            needed = wanted.marker is None or wanted.marker.evaluate({"extra": ""})
            if needed and spelled(wanted.name) not in pinned:
                missing.add(f"{name} needs {line}")
    assert missing == set()


def test_environment_holds_the_pinned_versions() -> None:
    found = {name: version(name) for name in pins()}
    assert found == pins()


def test_every_dependency_has_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    begin, end = text.index("dependencies = ["), text.index("[project.scripts]")
    lines = [line.strip() for line in text[begin:end].splitlines()]
    without = [
        line
        for before, line in pairwise(lines)
        if line.startswith('"') and not before.startswith("#")
    ]
    assert without == []
