"""Archives without a network: zips that lie about themselves, limits, and what is stored how."""

import os
import resource
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from spikewright.golden import NetworkError, archive_writer
from spikewright.golden import archive as archive_module
from spikewright.golden.archive import Archive, write_archive


def peak_bytes() -> int:
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def test_a_bomb_fills_no_memory(tmp_path: Path) -> None:
    """A member that promises a gigabyte, as it may, takes only what it holds."""
    head = b"{'descr': '<i8', 'fortran_order': False, 'shape': (134217728,), }"
    data = b"\x93NUMPY\x01\x00" + (len(head) + 1).to_bytes(2, "little") + head + b"\n"
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("one.npy", data + bytes(80))
        archive.writestr("two.npy", data.replace(b"134217728", b"134217729"))
    with Archive(path, NetworkError) as archive:
        before = peak_bytes()
        for name, text in (
            ("one", "must hold 1073741824 bytes of data, and does not"),
            ("two", "must take at most 1073741824 bytes, not 1073741832"),
        ):
            with pytest.raises(NetworkError) as error:
                archive.array(name, np.int64, None)
            assert str(error.value) == f"a.npz: member {name}.npy {text}"
        assert peak_bytes() - before < 2**28


def test_overlapping_members(tmp_path: Path) -> None:
    """Two names for the same bytes, as in the bombs that share one kernel."""
    path = tmp_path / "a.npz"
    np.savez(path, one=np.zeros(10), two=np.zeros(10))
    content = path.read_bytes()
    second = content.rindex(b"PK\x01\x02")
    moved = content[: second + 42] + bytes(4) + content[second + 46 :]
    path.write_bytes(moved)
    with pytest.raises(NetworkError) as error:
        Archive(path, NetworkError)
    assert str(error.value) == "a.npz: member 'two.npy' must not overlap another, and does"


def test_a_list_of_members_without_end(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(20_500):
            archive.writestr(f"{number:06}", b"")
    with pytest.raises(NetworkError) as error:
        Archive(path, NetworkError)
    text = "the list of members must take at most 1048576 bytes, not 1066000"
    assert str(error.value) == f"a.npz: {text}"


def test_large_archives_are_welcome_if_their_records_agree(tmp_path: Path) -> None:
    """What `zipfile` writes beyond 4 GiB; made here from a small file."""
    path = tmp_path / "a.npz"
    np.savez(path, one=np.arange(10))
    content = path.read_bytes()
    body, end = content[:-22], content[-22:]
    length, start = struct.unpack("<LL", end[12:20])
    record = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, length, start)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, len(body), 1)
    path.write_bytes(body + record + locator + end)
    with Archive(path, NetworkError) as archive:
        assert archive.array("one", np.int64, None)[9] == 9
    lie = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, 2**40, start)
    path.write_bytes(body + lie + locator + end)
    with pytest.raises(NetworkError) as error:
        Archive(path, NetworkError)
    text = f"the list of members must take at most 1048576 bytes, not {2**40}"
    assert str(error.value) == f"a.npz: {text}"
    path.write_bytes(body + record + locator[:8] + bytes(12) + end)
    with pytest.raises(NetworkError) as error:
        Archive(path, NetworkError)
    assert str(error.value) == "a.npz: the file must be a whole zip archive, and is not"


def test_what_is_no_regular_file(tmp_path: Path) -> None:
    with pytest.raises(NetworkError) as error:
        Archive(tmp_path, NetworkError)
    text = "the path must be that of a regular file, and is not"
    assert str(error.value) == f"{tmp_path.name}: {text}"
    os.mkfifo(tmp_path / "a.npz")
    with pytest.raises(NetworkError) as error:
        Archive(tmp_path / "a.npz", NetworkError)
    assert str(error.value) == f"a.npz: {text}"


def test_what_hardly_shrinks_is_stored(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    arrays = {
        "noise": rng.integers(0, 256, 2**20, dtype=np.uint8),
        "zeros": np.zeros(2**20, dtype=np.uint8),
        "small": rng.integers(0, 256, 100, dtype=np.uint8),
    }
    path = tmp_path / "a.npz"
    write_archive(path, {}, arrays)
    with zipfile.ZipFile(path) as archive:
        kinds = {info.filename: info.compress_type for info in archive.infolist()}
    assert kinds == {
        "header.npy": zipfile.ZIP_DEFLATED,
        "noise.npy": zipfile.ZIP_STORED,
        "zeros.npy": zipfile.ZIP_DEFLATED,
        "small.npy": zipfile.ZIP_DEFLATED,
    }
    with Archive(path, NetworkError) as archive:
        for name, array in arrays.items():
            assert np.array_equal(archive.array(name, np.uint8, None), array)


def test_a_damaged_stored_member_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    write_archive(path, {}, {"noise": np.random.default_rng(1).integers(0, 256, 2**20, np.uint8)})
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with Archive(path, NetworkError) as archive, pytest.raises(NetworkError) as error:
        archive.array("noise", np.uint8, None)
    assert str(error.value) == "a.npz: member noise.npy must be readable, and is damaged"


def test_the_largest_files_are_stored_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the limit a file must be as large as its arrays, or it could not be read again."""
    for module in (archive_module, archive_writer):
        monkeypatch.setattr(module, "FREE_BYTES", 2**20)
    path = tmp_path / "a.npz"
    write_archive(path, {}, {"zeros": np.zeros(2**20, dtype=np.uint8)})
    assert path.stat().st_size > 2**20
    with Archive(path, NetworkError) as archive:
        assert not archive.array("zeros", np.uint8, None).any()


def test_the_limit_is_for_all_arrays_together(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", one=np.zeros(10), two=np.zeros(10))
    with Archive(tmp_path / "a.npz", NetworkError, 100) as archive:
        assert archive.array("one", float, None).shape == (10,)
        with pytest.raises(NetworkError) as error:
            archive.array("two", float, None)
    assert str(error.value) == "a.npz: member two.npy must take at most 20 bytes, not 80"


def test_text_outside_unicode(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", header=np.array("{}"), side=np.array(["west"]))
    with zipfile.ZipFile(tmp_path / "a.npz") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["side.npy"] = members["side.npy"][:-4] + b"\xff\xff\xff\xff"
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with (
        Archive(tmp_path / "a.npz", NetworkError, 100) as archive,
        pytest.raises(NetworkError) as error,
    ):
        archive.array("side", "U4", None)
    assert str(error.value) == "a.npz: member side.npy must hold Unicode, and does not"
