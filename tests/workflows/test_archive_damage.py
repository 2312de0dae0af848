"""Damage: every changed byte is noticed, said, kept to look at, and never believed."""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wadflow.errors import ArchiveError
from wadflow.workflows.archive import Archive, Claim, DamagedEntry, Entry
from wadflow.workflows.entry import MANIFEST, FileRecord, Manifest, ManifestError
from wadflow.workflows.entry_folder import Inspection, inspect_entry

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = "3f" * 32
OTHER = "a0" * 32
FILES = {"result.json": b'{"energy": -1.5}', "log.txt": b"SCF\n" * 500, "sub/state": b"\0\1", "empty": b""}


pytestmark = pytest.mark.usefixtures("quick_disk")


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class Case:
    """An archive with one entry, and the damages that it said."""

    def __init__(self, folder: Path, arrival: float = 60.0) -> None:
        self.said: list[DamagedEntry] = []
        self.source = folder / "source"
        for name, content in FILES.items():
            (self.source / name).parent.mkdir(parents=True, exist_ok=True)
            (self.source / name).write_bytes(content)
        self.archive = Archive(folder / "archive", on_damage=self.said.append, arrival=arrival)
        self.entry = self.archive.store(KEY, self.source)

    def check_damage(self, problem: str) -> None:
        """Check that the entry is not believed, said, kept, and can be redone."""
        before = tree(self.entry.path)
        assert self.archive.find(KEY) is None
        (damage,) = self.said
        assert damage.key == KEY
        assert problem in str(damage)
        assert damage.path.parent == self.archive.root / "damaged"
        assert tree(damage.path) == before
        assert self.archive.find(KEY) is None
        assert len(self.said) == 1, "one damage is said once"
        outcome = self.archive.wait_or_claim(KEY)
        assert isinstance(outcome, Claim)
        with outcome:
            self.archive.store(KEY, self.source)
        assert isinstance(self.archive.wait_or_claim(KEY), Entry)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


@pytest.fixture
def settled(tmp_path: Path) -> Case:
    """A case in which nothing counts as still arriving."""
    return Case(tmp_path, arrival=-1.0)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([*sorted(FILES), MANIFEST]), st.integers(0, 10**6), st.integers(1, 255))
def test_one_changed_byte_in_any_file(name: str, position: int, change: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        case = Case(Path(folder))
        content = bytearray((case.entry.path / name).read_bytes() or b"\0")
        content[position % len(content)] ^= change
        (case.entry.path / name).write_bytes(content)
        case.check_damage("manifest" if name == MANIFEST else name)


def test_every_changed_bit_of_a_manifest() -> None:
    record = FileRecord(sha256="0" * 64, size=0)
    raw = Manifest(key=KEY, created="2026-01-01T00:00:00Z", files={"a": record}).to_bytes()  # type: ignore[arg-type]
    assert Manifest.from_bytes(raw).files == {"a": record}
    for position in range(len(raw)):
        for bit in range(8):
            changed = bytearray(raw)
            changed[position] ^= 1 << bit
            with pytest.raises(ManifestError, match="manifest"):
                Manifest.from_bytes(bytes(changed))


@pytest.mark.parametrize("length", [-1, 1])
def test_changed_length(case: Case, length: int) -> None:
    content = FILES["log.txt"]
    case.entry.file("log.txt").write_bytes(content[:length] if length < 0 else content + b"\n")
    case.check_damage(f"log.txt has {len(content) + length} bytes instead of {len(content)}")


def test_cut_manifest(case: Case) -> None:
    path = case.entry.path / MANIFEST
    path.write_bytes(path.read_bytes()[:100])
    case.check_damage("the manifest cannot be read")


@pytest.mark.parametrize("name", [*sorted(FILES), MANIFEST])
def test_missing_file(settled: Case, name: str) -> None:
    (settled.entry.path / name).unlink()
    settled.check_damage(f"{name} is missing")


def test_file_replaced_by_a_link_to_an_equal_file(case: Case) -> None:
    case.entry.file("log.txt").unlink()
    case.entry.file("log.txt").symlink_to(case.source / "log.txt")
    case.check_damage("log.txt is no plain file")


def test_folder_replaced_by_a_file(settled: Case) -> None:
    settled.entry.file("sub/state").unlink()
    settled.entry.file("sub/state").parent.rmdir()
    (settled.entry.path / "sub").write_bytes(b"")
    settled.check_damage("sub/state is missing")


def test_entry_replaced_by_a_file(case: Case) -> None:
    case.entry.path.rename(case.entry.path.with_name("away"))
    case.entry.path.write_bytes(b"")
    assert case.archive.find(KEY) is None
    assert [damage.problems for damage in case.said] == [("the entry is no folder",)]
    assert isinstance(case.archive.store(KEY, case.source), Entry)


def test_entry_under_the_key_of_another(case: Case) -> None:
    wrong = case.archive.root / "entries" / OTHER[:2] / OTHER
    wrong.parent.mkdir()
    case.entry.path.rename(wrong)
    assert case.archive.find(OTHER) is None
    assert f"the manifest is that of key {KEY}" in str(case.said[0])


def test_foreign_file_proves_nothing_but_is_not_believed_either(case: Case) -> None:
    (case.entry.path / ".nfs000001").write_bytes(b"left by a network file system")
    (case.entry.path / "sub" / "extra.json").write_bytes(b"{}")
    entry = case.archive.find(KEY)
    assert entry is not None
    assert set(entry.files) == set(FILES)
    with pytest.raises(ArchiveError, match=r"has no file 'sub/extra\.json'"):
        entry.read_json("sub/extra.json")
    report = case.archive.verify()
    assert report.ok
    assert {path.name for path in report.foreign} == {".nfs000001", "extra.json"}


def test_change_after_it_was_found_is_noticed_when_read(case: Case) -> None:
    entry = case.archive.find(KEY)
    assert entry is not None
    entry.file("result.json").write_bytes(b'{"energy": -2.5}')
    with pytest.raises(ArchiveError, match=r"result.json changed while it was in use"):
        entry.read_json("result.json")


def test_writer_that_still_has_its_file_open_cannot_change_the_entry(tmp_path: Path) -> None:
    case = Case(tmp_path)
    with (case.source / "log.txt").open("ab") as stream:
        entry = case.archive.store(OTHER, case.source)
        stream.write(b"a late line")
    assert entry.read_bytes("log.txt") == FILES["log.txt"]
    assert case.archive.find(OTHER) == entry


def test_entry_of_a_newer_version_is_left_alone(case: Case) -> None:
    path = case.entry.path / MANIFEST
    content = json.loads(path.read_bytes())
    del content["checksum"]
    content["schema_version"] = 2
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    content["checksum"] = hashlib.sha256(text.encode()).hexdigest()
    path.write_text(json.dumps(content, sort_keys=True, indent=2) + "\n")
    with pytest.raises(ArchiveError, match=r"format 2, this wadflow reads up to 1(.|\n)*newer wadflow"):
        case.archive.find(KEY)
    assert path.exists()
    assert case.said == []


@pytest.mark.parametrize("jobs", [1, 3])
def test_verify_reports_all_there_is(settled: Case, jobs: int) -> None:
    archive = settled.archive
    good = [f"{number:064x}" for number in range(6)]
    for key in [*good, OTHER]:
        archive.store(key, settled.source)
    found = archive.find(OTHER)
    assert found is not None
    found.file("result.json").write_bytes(b"{}")
    settled.entry.file("empty").unlink()
    report = archive.verify(jobs)
    assert report.valid == tuple(good)
    assert [damage.key for damage in report.damaged] == [KEY, OTHER]
    assert not report.ok
    assert sorted(settled.said, key=lambda damage: damage.key) == list(report.damaged)
    assert archive.verify(jobs).ok


def test_damage_that_another_process_redid_meanwhile(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """The slower of two that saw the damage must not take the redone calculation away."""
    place = "wadflow.workflows.archive_entries.inspect_entry"
    case.entry.file("log.txt").write_bytes(b"damaged")
    quick = Archive(case.archive.root)

    def inspect_and_be_held_up(path: Path, key: str) -> Inspection | None:
        look = inspect_entry(path, key)
        monkeypatch.setattr(place, inspect_entry)
        assert quick.find(KEY) is None
        quick.store(KEY, case.source)
        return look

    monkeypatch.setattr(place, inspect_and_be_held_up)
    assert case.archive.find(KEY) is not None
    assert case.said == []
    assert quick.find(KEY) is not None


# Entries that arrive file by file, as rsync brings them


def arrive(case: Case, copy: Callable[[str], None]) -> None:
    """Let the entry arrive in the order of rsync, and look after each file."""
    names = sorted([*FILES, MANIFEST])
    for number, name in enumerate(names, start=1):
        copy(name)
        found = case.archive.find(OTHER)
        assert (found is not None) == (number == len(names))


def test_entry_that_is_arriving_is_absent_and_not_damaged(tmp_path: Path) -> None:
    here, there = Case(tmp_path / "here"), Case(tmp_path / "there")
    source = there.archive.store(OTHER, there.source).path
    target = here.archive.root / "entries" / OTHER[:2] / OTHER
    target.mkdir(parents=True)
    assert here.archive.find(OTHER) is None
    assert here.archive.verify().incomplete == (OTHER,)
    assert not here.archive.verify().ok

    def copy(name: str) -> None:
        (target / name).parent.mkdir(exist_ok=True)
        aside = (target / name).with_name(f".{name.rpartition('/')[2]}.Xq3Zt1")
        aside.write_bytes((source / name).read_bytes()[:3])
        assert here.archive.find(OTHER) is None
        aside.write_bytes((source / name).read_bytes())
        aside.rename(target / name)

    arrive(here, copy)
    assert here.said == []


def test_calculation_finished_while_its_entry_was_arriving(case: Case) -> None:
    target = case.archive.root / "entries" / OTHER[:2] / OTHER
    target.mkdir(parents=True)
    (target / "log.txt").write_bytes(FILES["log.txt"])
    outcome = case.archive.wait_or_claim(OTHER)
    assert isinstance(outcome, Claim)
    with outcome:
        entry = case.archive.store(OTHER, case.source)
    assert entry.read_json("result.json") == {"energy": -1.5}
    assert [damage.problems for damage in case.said] == [(f"{MANIFEST} is missing",)]


def test_mixture_of_two_entries_is_not_believed(tmp_path: Path) -> None:
    """What rsync without ``--ignore-existing`` leaves for a moment."""
    here, there = Case(tmp_path / "here"), Case(tmp_path / "there")
    (there.source / "log.txt").write_bytes(b"another computer was slower\n")
    other = there.archive.store(OTHER, there.source)
    mine = here.archive.store(OTHER, here.source)
    mine.file("log.txt").write_bytes(other.read_bytes("log.txt"))
    assert here.archive.find(OTHER) is None
    assert "log.txt" in str(here.said[0])
