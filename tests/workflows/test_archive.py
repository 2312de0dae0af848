"""The archive: what goes in comes out, and what cannot go in is refused with a reason."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from wadflow.errors import ArchiveError, InputError
from wadflow.workflows.archive import Archive, Claim, DamagedEntry, Entry, Owner
from wadflow.workflows.archive_leftovers import LEFTOVER
from wadflow.workflows.locks import Lock

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("quick_disk")

KEY = "3f" * 32
OTHER = "a0" * 32
FILES = {"result.json": b'{"energy": -1.5}', "log.txt": b"SCF\n", "sub/deep/state": b"\0\1", "empty": b""}


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    def refuse(damage: DamagedEntry) -> None:
        raise AssertionError(damage)

    return Archive(tmp_path / "archive", on_damage=refuse)


def fill(directory: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_bytes(content)
    return directory


def contents(entry: Entry) -> dict[str, bytes]:
    return {name: entry.read_bytes(name) for name in entry.files}


def tree(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_stored_calculation_is_found_by_another_process_object(archive: Archive) -> None:
    directory = fill(archive.working_directory(KEY), FILES)
    stored = archive.store(KEY, directory)
    found = Archive(archive.root).find(KEY)
    assert found == stored
    assert found is not None
    assert contents(found) == FILES
    assert found.path == archive.root / "entries" / KEY[:2] / KEY
    assert found.read_json("result.json") == {"energy": -1.5}
    assert archive.find(OTHER) is None


def test_working_directory_goes_when_its_entry_is_safe(archive: Archive) -> None:
    directory = fill(archive.working_directory(KEY), FILES)
    archive.store(KEY, directory)
    assert not directory.exists()
    assert list((archive.root / "staging").iterdir()) == []


def test_directory_elsewhere_stays(archive: Archive, tmp_path: Path) -> None:
    directory = fill(tmp_path / "mine", FILES)
    working = fill(archive.working_directory(KEY), {"checkpoint": b"step 3"})
    archive.store(KEY, directory)
    assert tree(directory) == FILES
    assert tree(working) == {"checkpoint": b"step 3"}


def test_working_directory_keeps_what_is_inside(archive: Archive) -> None:
    (archive.working_directory(KEY) / "checkpoint").write_text("step 3")
    assert (archive.working_directory(KEY) / "checkpoint").read_text() == "step 3"


def test_only_the_files_asked_for_are_stored(archive: Archive, tmp_path: Path) -> None:
    entry = archive.store(KEY, fill(tmp_path / "mine", FILES), files=["result.json", "sub/deep/state"])
    assert set(contents(entry)) == {"result.json", "sub/deep/state"}
    with pytest.raises(ArchiveError, match=r"no file 'log.txt', only result.json, sub/deep/state"):
        entry.read_bytes("log.txt")


def test_first_of_two_results_is_kept(archive: Archive, tmp_path: Path) -> None:
    first = archive.store(KEY, fill(tmp_path / "first", {"result.json": b"1"}))
    second = archive.store(KEY, fill(archive.working_directory(KEY), {"result.json": b"2"}))
    assert second == first
    assert contents(second) == {"result.json": b"1"}
    assert not (archive.root / "working" / KEY).exists()


def test_first_is_kept_when_both_are_stored_at_the_same_moment(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late, quick = fill(tmp_path / "late", {"a": b"late"}), fill(tmp_path / "quick", {"a": b"quick"})
    fsync = os.fsync

    def quick_is_quicker(descriptor: int) -> None:
        monkeypatch.setattr(os, "fsync", fsync)
        archive.store(KEY, quick)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", quick_is_quicker)
    assert contents(archive.store(KEY, late)) == {"a": b"quick"}
    assert list((archive.root / "staging").iterdir()) == []


def test_entry_of_another_archive_can_be_stored(archive: Archive, tmp_path: Path) -> None:
    other = Archive(tmp_path / "other")
    there = other.store(KEY, fill(tmp_path / "mine", FILES))
    assert contents(archive.store(KEY, there.path)) == FILES


def test_keys_and_entries(archive: Archive, tmp_path: Path) -> None:
    assert archive.keys() == []
    directory = fill(tmp_path / "mine", FILES)
    for key in (OTHER, KEY):
        archive.store(key, directory)
    for stray in ("entries/3f/notes", f"entries/ff/{KEY}", "entries/readme"):
        fill(archive.root, {f"{stray}/file" if "readme" not in stray else stray: b""})
    assert archive.keys() == [KEY, OTHER]
    assert [entry.key for entry in archive.entries()] == [KEY, OTHER]


@pytest.mark.parametrize(
    "key", ["", "3f", KEY.upper(), KEY + "0", "g" * 64, "../" * 21 + "a", KEY + "\n", "3f" * 31 + "/a"]
)
@pytest.mark.parametrize("use", ["find", "claim", "wait_or_claim", "working_directory", "owner", "store"])
def test_what_is_no_key_is_refused(archive: Archive, tmp_path: Path, key: str, use: str) -> None:
    arguments: list[Any] = [key, tmp_path] if use == "store" else [key]
    with pytest.raises(InputError, match="is no key: a key has 64 hexadecimal digits"):
        getattr(archive, use)(*arguments)
    assert not archive.root.exists()


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        (["missing"], "missing: there is no such file"),
        (["sub"], "sub: it is no plain file"),
        (["link"], "link: it is no plain file"),
        (["../mine/log.txt"], "cannot be the name of a file"),
        (["/etc/hostname"], "cannot be the name of a file"),
        (["./log.txt"], "cannot be the name of a file"),
        (["manifest.json"], "cannot be the name of a file"),
        ([], "there are no files to store"),
        (None, "link: it is no plain file"),
    ],
)
def test_what_cannot_be_stored_is_refused(
    archive: Archive, tmp_path: Path, files: list[str] | None, problem: str
) -> None:
    directory = fill(tmp_path / "mine", FILES)
    (directory / "link").symlink_to("log.txt")
    with pytest.raises(ArchiveError, match=problem):
        archive.store(KEY, directory, files=files)
    assert archive.find(KEY) is None
    assert set(tree(directory)) == {*FILES, "link"}


def test_missing_directory_is_refused(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="there is no such directory"):
        archive.store(KEY, tmp_path / "nowhere")


def test_result_that_is_no_json_object(archive: Archive, tmp_path: Path) -> None:
    entry = archive.store(KEY, fill(tmp_path / "mine", {"list.json": b"[1]", "text.json": b"{"}))
    with pytest.raises(ArchiveError, match=r"list\.json holds no JSON object"):
        entry.read_json("list.json")
    with pytest.raises(ArchiveError, match=r"text\.json is no JSON file"):
        entry.read_json("text.json")


def test_root_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"must be a directory, but .*file is none(.|\n)*Remedy"):
        Archive(tmp_path / "file")


def test_root_inside_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    archive = Archive(tmp_path / "file" / "archive")
    with pytest.raises(ArchiveError, match=r"Not a directory(.|\n)*move that file away"):
        archive.wait_or_claim(KEY)


def test_entries_that_is_a_file(archive: Archive) -> None:
    fill(archive.root, {"entries": b""})
    with pytest.raises(ArchiveError, match=r"read the archive entry .*Not a directory"):
        archive.find(KEY)


def test_relative_root_survives_a_change_of_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    archive = Archive(Path("archive"))
    fill(tmp_path / "mine", FILES)
    archive.store(KEY, Path("mine"))
    monkeypatch.chdir("/")
    assert archive.find(KEY) is not None


# Claims


def test_claim_is_for_one(archive: Archive) -> None:
    claim = archive.claim(KEY)
    assert claim is not None
    with claim:
        assert archive.claim(KEY) is None
        owner = archive.owner(KEY)
        assert isinstance(owner, Owner)
        assert owner.pid == os.getpid()
        with archive.wait_or_claim(OTHER) as other:  # type: ignore[union-attr]
            assert other.key == OTHER
    assert archive.owner(KEY) is None
    claim.release()


def test_entry_comes_before_the_claim(archive: Archive, tmp_path: Path) -> None:
    archive.store(KEY, fill(tmp_path / "mine", FILES))
    outcome = archive.wait_or_claim(KEY)
    assert isinstance(outcome, Entry)
    assert not (archive.root / "locks").exists()


def test_entry_stored_between_look_and_claim_is_not_computed_again(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = fill(tmp_path / "mine", FILES)
    acquire = Lock.try_acquire

    def acquire_late(self: Lock) -> bool:
        archive.store(KEY, directory)
        return acquire(self)

    monkeypatch.setattr(Lock, "try_acquire", acquire_late)
    assert isinstance(archive.wait_or_claim(KEY), Entry)
    assert archive.owner(KEY) is None


def test_waiting_ends_with_the_entry(archive: Archive, tmp_path: Path) -> None:
    directory = fill(tmp_path / "mine", FILES)
    claim = archive.claim(KEY)
    assert claim is not None
    looks: list[Owner | None] = []

    def on_wait(owner: Owner | None, seconds: float) -> None:
        assert seconds >= 0.0
        looks.append(owner)
        if len(looks) == 3:
            archive.store(KEY, directory)

    with claim:
        assert isinstance(archive.wait_or_claim(KEY, poll=0.001, on_wait=on_wait), Entry)
    assert [owner.pid for owner in looks if owner is not None] == [os.getpid()] * 3


def test_waiting_ends_with_the_claim_when_the_owner_gives_up(archive: Archive) -> None:
    claim = archive.claim(KEY)
    assert claim is not None
    outcome = archive.wait_or_claim(KEY, poll=0.001, on_wait=lambda *_: claim.release())
    assert isinstance(outcome, Claim)
    outcome.release()


def test_waiting_can_be_stopped(archive: Archive) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with archive.wait_or_claim(KEY), pytest.raises(KeyboardInterrupt):  # type: ignore[union-attr]
        archive.wait_or_claim(KEY, on_wait=stop)


def test_claim_taken_over_says_that_it_is_lost(archive: Archive) -> None:
    claim = archive.claim(KEY)
    assert claim is not None
    assert not claim.is_lost
    (archive.root / "locks" / f"{KEY}.lock").unlink()
    assert claim.is_lost
    claim.release()


# Documents


def test_documents(archive: Archive) -> None:
    assert archive.documents() == []
    path = archive.save_document("li110-li110.standard", '{"work_of_adhesion": -1.0}')
    archive.save_document("b", "[]")
    fill(archive.root, {"documents/.b.json.0.new": b"cut", "documents/notes.txt": b""})
    assert archive.documents() == ["b", "li110-li110.standard"]
    assert path == archive.document_path("li110-li110.standard")
    archive.save_document("li110-li110.standard", '{"work_of_adhesion": -0.99}')
    assert json.loads(path.read_text()) == {"work_of_adhesion": -0.99}


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "-option", "a" * 201, "line\n", "ü"])
def test_document_names_that_are_refused(archive: Archive, name: str) -> None:
    with pytest.raises(InputError, match=r"cannot be the name of a document(.|\n)*Remedy: Use"):
        archive.save_document(name, "{}")


def test_document_that_is_no_json(archive: Archive) -> None:
    with pytest.raises(InputError, match="document 'a' is no JSON"):
        archive.save_document("a", "{")
    assert archive.documents() == []


# Archives that cannot be written


def failing(number: int, names: list[str]) -> Callable[[pytest.MonkeyPatch], None]:
    """Return what makes call `number` (and all later ones) of any of some functions fail."""
    calls = 0

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        for name in names:
            monkeypatch.setattr(os, name, wrap(getattr(os, name)))

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **options: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls >= number:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return function(*arguments, **options)

        return wrapped

    return patch


def test_disk_that_fills_up_at_any_moment(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    failures = 0
    for number in range(1, 100):
        key = f"{number:064x}"
        directory = fill(archive.working_directory(key), FILES)
        with monkeypatch.context() as full:
            failing(number, ["mkdir", "write", "fsync", "rename"])(full)
            try:
                archive.store(key, directory)
            except ArchiveError as error:
                message = str(error)
            else:
                break
        failures += 1
        assert "No space left on device" in message
        assert "Remedy: Free some disk space" in message
        assert tree(directory) == FILES
        found = archive.find(key)
        assert found is None or contents(found) == FILES
        assert contents(archive.store(key, directory)) == FILES
        assert list((archive.root / "staging").iterdir()) == []
    assert failures >= 2 * len(FILES)  # a write or a synchronisation of each file at least


def test_everything_is_on_the_disk_before_it_is_in_place(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[tuple[str, str]] = []
    fsync, rename = os.fsync, os.rename

    def note_fsync(descriptor: int) -> None:
        happened.append(("sync", Path(f"/proc/self/fd/{descriptor}").readlink().name))
        fsync(descriptor)

    def note_rename(source: Path, target: Path) -> None:
        happened.append(("rename", Path(target).name))
        rename(source, target)

    directory = fill(tmp_path / "mine", FILES)
    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(os, "rename", note_rename)
    archive.store(KEY, directory)
    moment = happened.index(("rename", KEY))
    synced = {name for action, name in happened[:moment] if action == "sync"}
    staged = {name for name in synced if name.startswith(f"{KEY}-")}
    assert len(staged) == 1
    assert synced - staged >= {"result.json", "log.txt", "state", "empty", "manifest.json", "sub", "deep"}
    assert synced >= {"entries", "archive"}, "the folders above the entry were made"
    assert happened[moment + 1 :] == [("sync", KEY[:2])]


def test_full_disk_leaves_the_old_document(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archive.save_document("a", '"old"')
    for name in ("write", "fsync"):
        with monkeypatch.context() as full:
            failing(1, [name])(full)
            with pytest.raises(ArchiveError, match="No space left"):
                archive.save_document("a", '"new"')
        assert path.read_text() == '"old"'
        assert list(path.parent.iterdir()) == [path]


@pytest.fixture
def read_only(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Make all writing fail from the call on, also for a superuser, whom permissions do not stop."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    opens = os.open

    def open_to_read(path: Any, flags: int, *arguments: Any, **options: Any) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            refuse()
        return opens(path, flags, *arguments, **options)

    def start() -> None:
        for name in ("mkdir", "rename", "replace", "link", "unlink", "rmdir", "utime"):
            monkeypatch.setattr(os, name, refuse)
        monkeypatch.setattr(os, "open", open_to_read)

    return start


def test_read_only_archive_is_read(archive: Archive, tmp_path: Path, read_only: Callable[[], None]) -> None:
    archive.store(KEY, fill(tmp_path / "mine", FILES))
    archive.save_document("a", "{}")
    read_only()
    entry = archive.wait_or_claim(KEY)
    assert isinstance(entry, Entry)
    assert contents(entry) == FILES
    assert archive.verify(2).valid == (KEY,)
    assert archive.documents() == ["a"]
    assert archive.owner(OTHER) is None


def test_read_only_archive_is_not_written(
    archive: Archive, tmp_path: Path, read_only: Callable[[], None]
) -> None:
    directory = fill(tmp_path / "mine", FILES)
    read_only()
    uses: list[Callable[[], object]] = [
        lambda: archive.claim(OTHER),
        lambda: archive.wait_or_claim(OTHER),
        lambda: archive.working_directory(OTHER),
        lambda: archive.store(OTHER, directory),
        lambda: archive.save_document("a", "{}"),
    ]
    for use in uses:
        with pytest.raises(ArchiveError, match=r"Read-only file system(.|\n)*Remedy: .*another place"):
            use()


def test_damage_in_a_read_only_archive_is_said_and_not_believed(
    archive: Archive, tmp_path: Path, read_only: Callable[[], None]
) -> None:
    entry = archive.store(KEY, fill(tmp_path / "mine", FILES))
    entry.file("log.txt").write_bytes(b"scf\n")
    damages: list[DamagedEntry] = []
    read_only()
    assert Archive(archive.root, on_damage=damages.append).find(KEY) is None
    assert [(damage.moved, damage.path) for damage in damages] == [(False, entry.path)]
    assert "still in" in str(damages[0])


def test_place_that_may_not_be_looked_at_is_an_error_and_not_absent(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = archive.store(KEY, fill(tmp_path / "mine", FILES))
    stat = os.stat

    def refuse(path: Any, **options: Any) -> os.stat_result:
        if str(path) == str(entry.path):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return stat(path, **options)

    with monkeypatch.context() as forbidden:
        forbidden.setattr(os, "stat", refuse)
        with pytest.raises(ArchiveError, match=r"Permission denied(.|\n)*Change the permissions"):
            archive.find(KEY)
    assert archive.find(KEY) == entry


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not stop a superuser")
@pytest.mark.parametrize("place", ["", "entries", "entries/3f", f"entries/3f/{KEY}/log.txt"])
def test_what_may_not_be_read_is_an_error_and_not_absent(
    archive: Archive, tmp_path: Path, place: str
) -> None:
    archive.store(KEY, fill(tmp_path / "mine", FILES))
    mode = (archive.root / place).stat().st_mode
    (archive.root / place).chmod(0)
    try:
        with pytest.raises(ArchiveError, match=r"Permission denied(.|\n)*Change the permissions"):
            archive.find(KEY)
    finally:
        (archive.root / place).chmod(mode)


def test_failing_disk_is_an_error_and_moves_nothing(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    archive.store(KEY, fill(tmp_path / "mine", FILES))
    with monkeypatch.context() as failing_disk:
        failing_disk.setattr(hashlib, "file_digest", refuse)
        with pytest.raises(ArchiveError, match=r"Input/output error(.|\n)*check it"):
            archive.find(KEY)
    assert archive.find(KEY) is not None


# Left-overs


def test_tidy_removes_left_overs_only(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    archive.store(KEY, fill(archive.working_directory(KEY), FILES))
    done = fill(archive.working_directory(KEY), {"scratch": b""})
    open_work = fill(archive.working_directory(OTHER), {"checkpoint": b""})
    old = ["locks/.x.new", f"locks/{KEY}.lock.{'0' * 16}", "documents/.a.json.1.new", f"staging/{KEY}-1/a"]
    fill(archive.root, dict.fromkeys([*old, f"locks/{OTHER}.lock", "documents/a.json"], b""))
    assert archive.tidy() == [done]
    time = "wadflow.workflows.archive_entries.filesystem_time"
    now = archive.root.stat().st_ctime
    monkeypatch.setattr(time, lambda _: now + LEFTOVER + 60.0)
    removed = {str(path.relative_to(archive.root)) for path in archive.tidy()}
    assert removed == {*old[:3], f"staging/{KEY}-1"}
    assert set(tree(archive.root)) >= {f"locks/{OTHER}.lock", "documents/a.json"}
    assert open_work.is_dir()
    assert archive.find(KEY) is not None
