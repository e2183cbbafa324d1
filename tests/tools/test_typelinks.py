from pathlib import Path

from spikewright.tools.typelinks import PARTS, make_type_links


def test_links_lead_to_the_parts(tmp_path: Path) -> None:
    for part in PARTS:
        (tmp_path / part).mkdir()
        (tmp_path / part / "__init__.py").touch()
    folder = make_type_links(tmp_path)
    assert folder == tmp_path / "build" / "types" / "spikewright"
    assert all((folder / part / "__init__.py").is_file() for part in PARTS)
    assert not (folder / "__init__.py").exists()


def test_wrong_link_is_mended_and_right_ones_are_kept(tmp_path: Path) -> None:
    folder = make_type_links(tmp_path)
    kept = (folder / "lct").lstat().st_ino
    (folder / "hdl").unlink()
    (folder / "hdl").symlink_to("/nowhere")
    make_type_links(tmp_path)
    assert (folder / "lct").lstat().st_ino == kept
    assert str((folder / "hdl").readlink()) == "../../../hdl"


def test_checkout_may_be_moved(tmp_path: Path) -> None:
    (tmp_path / "old" / "hdl").mkdir(parents=True)
    make_type_links(tmp_path / "old")
    (tmp_path / "old").rename(tmp_path / "new")
    assert (tmp_path / "new" / "build" / "types" / "spikewright" / "hdl").is_dir()
