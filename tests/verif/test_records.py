from pathlib import Path

from spikewright.golden.architecture import Architecture
from spikewright.verif.records import Job, ProgramRecord, read_records
from spikewright.verif.report import Report, preset_of


def test_a_job_survives_its_file(tmp_path: Path) -> None:
    job = Job(
        block="core",
        architecture=Architecture.preset("tiny").to_dict(),
        seeds=[3],
        cases=["silent"],
        records="records",
        predictor="a:b",
    )
    job.write(tmp_path / "job.json")
    assert Job.read(tmp_path / "job.json") == job


def test_records_survive_their_file_and_half_a_line_is_none(tmp_path: Path) -> None:
    path = tmp_path / "records"
    assert read_records(path) == []
    first = ProgramRecord(seed=3, potentials=12, reached={"late packets": 1})
    second = ProgramRecord(case="silent", least=5)
    first.append(path)
    second.append(path)
    with path.open("a") as file:
        file.write('{"seed": 4, "poten')
    assert read_records(path) == [first, second]


def test_a_record_counts_all_and_keeps_a_few() -> None:
    record = ProgramRecord(seed=1, potentials=1)
    assert record.ok
    for number in range(9):
        record.complain(f"wrong {number}")
    assert not record.ok
    assert (record.mismatches, record.first) == (9, [f"wrong {number}" for number in range(5)])


def test_nothing_compared_is_not_well() -> None:
    assert not ProgramRecord(seed=1).ok
    assert ProgramRecord(seed=1, packets=1).ok
    assert ProgramRecord(seed=1, flagged=True).ok


def report(*records: ProgramRecord, **others: object) -> Report:
    values = {"block": "core", "preset": "tiny", "simulator": "icarus", "records": records}
    return Report(**(values | others))  # type: ignore[arg-type]


def test_a_report_needs_a_program_and_no_trouble() -> None:
    good, bad = ProgramRecord(seed=1, potentials=1), ProgramRecord(case="silent", mismatches=1)
    assert report(good).ok
    assert not report().ok
    assert not report(good, bad).ok
    assert not report(good, trouble=("lost",)).ok


def test_the_line_that_runs_it_again() -> None:
    seed, case = ProgramRecord(seed=17), ProgramRecord(case="silent")
    assert report().rerun(seed) == "spikewright verify core --seed 17 --sim icarus"
    large = report(preset="truenorth")
    again = "spikewright verify core --case silent --sim icarus --preset truenorth"
    assert large.rerun(case) == again


def test_sums_and_extremes() -> None:
    records = ProgramRecord(seed=1, ticks=2, least=5), ProgramRecord(seed=2, ticks=3, least=4)
    both = report(*records, ProgramRecord(seed=3))
    assert both.total("ticks") == 5
    assert both.extreme("least", min) == 4
    assert both.extreme("settled", max) is None
    assert both.to_dict()["cycles_beyond_n_and_e"] == {"least": 4, "most": None, "settled": None}


def test_presets_are_told_whatever_the_mesh() -> None:
    tiny = Architecture.preset("tiny")
    assert preset_of(tiny.with_mesh(3, 1)) == "tiny"
    assert preset_of(Architecture.preset("truenorth").with_mesh(1, 1)) == "truenorth"
    assert preset_of(Architecture.from_dict(tiny.to_dict() | {"axons": 8})) == "other"
