"""What lands is proven, says where it is from, and whoever touches it afterwards is found out."""

import json
import runpy
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from spikewright.lct.legs import Leg, Legs
from spikewright.lct.library import UNITS
from spikewright.tools.llm import accept as module
from spikewright.tools.llm.accept import accept, accept_all, check_accepted
from spikewright.tools.llm.judging import Judges, Proof
from spikewright.tools.llm.record import ANSWER, Exchange, Records
from spikewright.tools.llm.result import Round, Trip

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("roundtrip_helpers.py"))))
UNIT, WRONG, hdl = helpers.UNIT, helpers.WRONG, helpers.hdl
KEY = "ab" * 32


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """A copy of the tables, of which one may change."""
    folder = tmp_path_factory.mktemp("tables")
    for name in (UNIT, "chip"):
        (folder / f"{name}.lct.md").write_bytes((UNITS / f"{name}.lct.md").read_bytes())
    return folder


@pytest.fixture(scope="module")
def judges(tables):
    with Judges(1, folder=tables) as found:
        yield found


@pytest.fixture(scope="module")
def records():
    found = Records(None)
    asked = {"model": "m", "messages": [], "temperature": 0.5, "seed": 7}
    found.add(
        Exchange(
            key=KEY, time="2026-01-02T03:04:05+00:00", purpose="encode", unit=UNIT, model="m",
            sample=0, prompt="cd" * 32, server="models.example", request=json.dumps(asked),
            raw=b"{}", status=200, outcome=ANSWER,
        )
    )  # fmt: skip
    return found


def trip(text=helpers.GOOD, verdict="same", model="m", rounds=1, **fields):
    """A trip of which it is said, rightly or not, that its last round is proven."""

    def judged(encoder):
        leg = Leg(verdict=encoder)
        verdict = "clean" if encoder == "same" else "encoder"
        return Legs(
            unit=UNIT, verdict=verdict, cancels=False, encoder=leg, decoder=leg, loop=leg,
            text_same=False,
        )  # fmt: skip

    before = [Round(hdl=hdl(WRONG), legs=judged("different"), keys=("00",))] * (rounds - 1)
    last = Round(hdl=hdl(text), legs=judged(verdict), keys=(KEY, "ef"))
    return Trip(
        unit=UNIT, model=model, sample=0, target="verilog", rounds=(*before, last),
        verdict=last.verdict, **fields,
    )  # fmt: skip


@pytest.fixture(scope="module")
def original(judges, records, tmp_path_factory):
    folder = tmp_path_factory.mktemp("accepted")
    done = accept(trip(rounds=2), judges, records, folder)
    assert (done.sentence, done.accepted) == ("", str(folder / f"{UNIT}.v"))
    return folder


@pytest.fixture
def landed(original, tmp_path):
    """A folder with one accepted unit."""
    shutil.copytree(original, tmp_path, dirs_exist_ok=True)
    return tmp_path


def faults(folder, judges):
    return {path.name: wrong for path, wrong in check_accepted(folder, judges)}


def test_what_lands_says_where_it_is_from(landed, judges):
    text = (landed / f"{UNIT}.v").read_text()
    head, _, body = text.partition("\n\n")
    assert body == helpers.GOOD
    said = json.loads((landed / f"{UNIT}.v.provenance.json").read_text())
    assert head.splitlines()[:6] == [
        f"// Written by m; proven equal to the table of {UNIT}, for every input.",
        "// model m at models.example",
        "// sample 0, proven after 1 repairs",
        "// temperature 0.5, seed 7",
        f"// prompt {'cd' * 32}",
        f"// record {KEY}",
    ]
    assert said["records"] == ["00", KEY, "ef"]
    assert said["table"] == said["tables"][UNIT]
    assert (said["method"], said["round"], said["simulated"]) == ("names", 2, False)
    assert faults(landed, judges) == {f"{UNIT}.v": ""}


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        # The legs lie; the proof from the bytes does not.
        (trip(WRONG), "held against the table once more, it is different: table step, row always,"),
        (trip(verdict="different"), "no answer of it is proven equal to the table"),
        (trip(verdict="unknown"), "no answer of it is proven equal to the table"),
        (trip(simulated=True), "the answer is simulated, and no model's"),
        (
            trip(helpers.BROKEN),
            "held against the table once more, it is refused: forward_east.v:37:9",
        ),
    ],
    ids=["wrong", "different", "unknown", "simulated", "broken"],
)
def test_what_is_not_proven_writes_nothing(what, sentence, judges, records, tmp_path):
    done = accept(what, judges, records, tmp_path / "new")
    assert done.accepted == ""
    assert done.sentence.startswith(f"{UNIT} is not accepted: {sentence}")
    assert not (tmp_path / "new").exists()


def test_what_the_solvers_give_up_on_does_not_land(judges, records, tmp_path, monkeypatch):
    given_up = Proof(verdict="unknown", sentence="the solver gave up after 20 s")
    monkeypatch.setattr(judges, "prove", lambda _unit, _hdl: given_up)
    done = accept(trip(), judges, records, tmp_path)
    assert done.sentence == (
        f"{UNIT} is not accepted: held against the table once more, it is unknown: the solver "
        "gave up after 20 s."
    )
    assert not list(tmp_path.iterdir())


def test_what_is_simulated_lands_only_if_it_says_so(judges, records, tmp_path):
    done = accept(trip(simulated=True), judges, records, tmp_path, simulated=True)
    first = Path(done.accepted).read_text().splitlines()[0]
    assert first.startswith("// SIMULATED: no model wrote this; ")
    assert faults(tmp_path, judges) == {f"{UNIT}.v": ""}


def test_a_name_cannot_leave_its_comment(judges, records, tmp_path):
    done = accept(trip(model="m\nmodule evil; endmodule //\x1b[2J"), judges, records, tmp_path)
    head = Path(done.accepted).read_text().partition("\n\n")[0]
    assert all(line.startswith("// ") for line in head.splitlines())
    assert "\x1b" not in head


def test_the_best_answer_lands_once(judges, records, tmp_path):
    trips = (trip(rounds=3, model="slow"), trip(verdict="different"), trip(model="quick"))
    done = accept_all(trips, judges, records, tmp_path)
    assert [bool(t.accepted) for t in done] == [False, False, True]
    assert json.loads((tmp_path / f"{UNIT}.v.provenance.json").read_text())["model"] == "quick"


def test_what_cannot_be_read_back_is_taken_away(judges, records, tmp_path, monkeypatch):
    write = module._write
    monkeypatch.setattr(module, "_write", lambda path, data, said: write(path, data[:-20], said))
    done = accept(trip(), judges, records, tmp_path)
    assert done.sentence == (
        f"{UNIT} is not accepted: as it was read back, it is not the file that was accepted: "
        "its digest is another."
    )
    assert not list(tmp_path.iterdir())


# ---- tampering


def tamper_hdl(folder):
    file = folder / f"{UNIT}.v"
    file.write_text(file.read_text().replace("dx - 9'sd1", "dx - 9'sd2"))


def change(folder, **values):
    place = folder / f"{UNIT}.v.provenance.json"
    place.write_text(json.dumps({**json.loads(place.read_text()), **values}))


def tamper_both(folder):
    """Wrong HDL whose digest has been put right: only the proof sees it."""
    import hashlib

    tamper_hdl(folder)
    change(folder, sha256=hashlib.sha256((folder / f"{UNIT}.v").read_bytes()).hexdigest())


def say_another_model(folder):
    change(folder, model="another")


def lose_provenance(folder):
    (folder / f"{UNIT}.v.provenance.json").unlink()


def lose_hdl(folder):
    (folder / f"{UNIT}.v").unlink()


def spoil_provenance(folder):
    (folder / f"{UNIT}.v.provenance.json").write_text('["no"]')


def rename(folder):
    for file in list(folder.iterdir()):
        file.rename(file.with_name(file.name.replace(UNIT, "chip")))


@pytest.mark.parametrize(
    ("tamper", "name", "sentence"),
    [
        (tamper_hdl, UNIT, "it is not the file that was accepted: its digest is another"),
        (tamper_both, UNIT, "held against the table anew, it is different: table step, row alw"),
        (say_another_model, UNIT, "its header is not what forward_east.v.provenance.json says"),
        (lose_provenance, UNIT, "nothing says where it is from: there is no forward_east.v.prov"),
        (lose_hdl, UNIT, "there is no such file beside its provenance"),
        (spoil_provenance, UNIT, "forward_east.v.provenance.json is no provenance"),
        (rename, "chip", "chip.v.provenance.json is about forward_east in verilog"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_planted_tampering_is_found(landed, judges, tamper, name, sentence):
    tamper(landed)
    ((file, wrong),) = faults(landed, judges).items()
    assert (file, wrong[: len(sentence)]) == (f"{name}.v", sentence)


def test_a_table_that_changes_is_found(landed, judges, tables):
    file = tables / f"{UNIT}.lct.md"
    before = file.read_text()
    try:
        file.write_text(before.replace("Carries packets", "Bears packets"))
        assert faults(landed, judges) == {
            f"{UNIT}.v": f"the table of {UNIT} has changed since, though it is still equal"
        }
        file.write_text(before.replace("west.payload.dx - 1", "west.payload.dx - 2"))
        (wrong,) = faults(landed, judges).values()
        assert wrong.startswith("held against the table anew, it is different: table step,")
    finally:
        file.write_text(before)


def test_an_empty_folder_has_nothing_wrong(tmp_path, judges):
    assert faults(tmp_path / "none", judges) == {}
