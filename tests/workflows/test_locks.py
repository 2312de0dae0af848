"""Locks: one owner, dead owners do not block, and nobody breaks a living owner's lock."""

from __future__ import annotations

import errno
import itertools
import json
import os
import time
from typing import TYPE_CHECKING, Any

import pytest

from wadflow.errors import ArchiveError
from wadflow.workflows.lock_file import read_lock_file, remove_lock_file
from wadflow.workflows.locks import Lock, filesystem_time
from wadflow.workflows.owners import Owner

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Worker = Callable[..., subprocess.Popen[str]]

DAY = 86400.0
PATIENCE = 30.0
"""Seconds to wait for what must happen; only a failing test waits that long."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "key.lock"


def write_lock(path: Path, *, age: float = 0.0, **changes: object) -> None:
    """Write the lock of an owner like this process, but for `changes`, `age` seconds old."""
    owner = Owner.this_process().model_copy(update=changes)
    path.write_text(owner.model_dump_json())
    set_age(path, age)


def set_age(path: Path, age: float) -> None:
    moment = filesystem_time(path.parent) - age
    os.utime(path, (moment, moment))


def eventually(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def test_only_one_owner_until_it_releases(path: Path) -> None:
    first, second = Lock(path), Lock(path)
    assert first.try_acquire()
    assert first.is_held
    assert not second.try_acquire()
    assert not second.is_held
    assert not first.try_acquire(), "a lock is not taken twice, not even by its owner"
    first.release()
    assert not first.is_held
    assert not path.exists()
    assert second.try_acquire()
    second.release()


def test_lock_file_names_its_owner(path: Path) -> None:
    with Lock(path) as lock:
        assert lock.try_acquire()
        owner = json.loads(path.read_text())
        assert owner["pid"] == os.getpid()
        assert lock.owner() == Owner.model_validate(owner)
        assert str(lock.owner()) == f"process {os.getpid()} on {owner['host']}"
    assert Lock(path).owner() is None


def test_error_in_the_body_releases(path: Path) -> None:
    lock = Lock(path)
    assert lock.try_acquire()
    with pytest.raises(RuntimeError, match="the calculation failed"), lock:
        raise RuntimeError("the calculation failed")
    assert not path.exists()


def test_nothing_else_is_left_behind(path: Path) -> None:
    write_lock(path, pid=2**22 + 1)
    lock = Lock(path)
    assert lock.try_acquire()
    assert list(path.parent.iterdir()) == [path]
    lock.release()
    assert list(path.parent.iterdir()) == []


def test_heartbeat_touches_the_file(path: Path) -> None:
    with Lock(path, heartbeat=0.01) as lock:
        assert lock.try_acquire()
        for _ in range(3):
            os.utime(path, (0.0, 0.0))
            assert eventually(lambda: path.stat().st_mtime > 0.0)


def test_heartbeat_does_not_touch_the_lock_of_a_follower(path: Path) -> None:
    lock = Lock(path, heartbeat=0.01)
    assert lock.try_acquire()
    path.rename(path.with_suffix(".ours"))
    write_lock(path, host="elsewhere")
    os.utime(path, (0.0, 0.0))
    os.utime(path.with_suffix(".ours"), (0.0, 0.0))
    assert eventually(lambda: path.with_suffix(".ours").stat().st_mtime > 0.0)
    assert path.stat().st_mtime == 0.0
    lock.release()


def test_killed_owner_does_not_block(path: Path, worker: Worker) -> None:
    process = worker("hold", path)
    assert process.stdout is not None
    assert process.stdout.readline() == "true\n"
    lock = Lock(path)
    assert not lock.try_acquire()
    process.kill()
    process.wait()
    assert lock.try_acquire()
    lock.release()


def test_killed_owner_that_is_still_a_zombie_does_not_block(path: Path, worker: Worker) -> None:
    process = worker("hold", path)
    assert process.stdout is not None
    assert process.stdout.readline() == "true\n"
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    os.kill(process.pid, 0)  # a zombie still has its process number
    lock = Lock(path)
    assert lock.try_acquire()
    lock.release()


def test_reused_process_number_does_not_block(path: Path) -> None:
    start = Owner.this_process().process_start
    assert start is not None
    write_lock(path, process_start=start - 1)
    lock = Lock(path)
    assert lock.try_acquire()
    lock.release()


def test_living_owner_here_keeps_its_lock_without_heartbeat(path: Path) -> None:
    write_lock(path, age=DAY)  # for example a process that was suspended over night
    assert not Lock(path).try_acquire()
    assert Lock(path).is_taken()


ELSEWHERE: list[dict[str, Any]] = [
    {"host": "elsewhere"},
    {"boot": "another boot, or another machine of the same name"},
    {"pid_namespace": "pid:[1]"},
]


@pytest.mark.parametrize("changes", ELSEWHERE, ids=lambda changes: next(iter(changes)))
@pytest.mark.parametrize("pid", [os.getpid(), 2**22 + 1], ids=["pid-used-here", "pid-unused-here"])
def test_owner_elsewhere_is_judged_by_its_heartbeat(path: Path, changes: dict[str, Any], pid: int) -> None:
    write_lock(path, age=30.0, pid=pid, **changes)
    assert not Lock(path).try_acquire()
    set_age(path, 90.0)
    lock = Lock(path)
    assert lock.try_acquire()
    lock.release()


@pytest.mark.parametrize("skew", [-DAY, DAY])
def test_local_clock_does_not_matter(path: Path, skew: float, monkeypatch: pytest.MonkeyPatch) -> None:
    write_lock(path, age=30.0, host="elsewhere")
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + skew)
    assert not Lock(path).try_acquire()
    set_age(path, 90.0)
    lock = Lock(path)
    assert lock.try_acquire()
    lock.release()


def test_heartbeat_in_the_future_that_stands_still_does_not_block_for_ever(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_lock(path, age=-DAY, host="elsewhere")
    lock = Lock(path)
    with monkeypatch.context() as clock:
        clock.setattr("wadflow.workflows.locks.time.monotonic", lambda: 0.0)
        assert not lock.try_acquire()
        clock.setattr("wadflow.workflows.locks.time.monotonic", lambda: 59.0)
        assert not lock.try_acquire()
        clock.setattr("wadflow.workflows.locks.time.monotonic", lambda: 61.0)
        assert lock.try_acquire()
    lock.release()


def test_heartbeat_in_the_future_that_moves_is_a_sign_of_life(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_lock(path, age=-DAY, host="elsewhere")
    lock = Lock(path)
    moments = itertools.count(0, 50)  # seconds, less than the timeout apart
    monkeypatch.setattr("wadflow.workflows.locks.time.monotonic", lambda: float(next(moments)))
    for beat in range(10):
        set_age(path, -DAY - beat)
        assert not lock.try_acquire()


@pytest.mark.parametrize("content", [b"", b"\0\xff garbage", b"[]", b'{"host": "x", "pid": 0}'])
def test_unreadable_lock_is_judged_by_its_age(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert not Lock(path).try_acquire()
    assert Lock(path).owner() is None
    set_age(path, 90.0)
    lock = Lock(path)
    assert lock.try_acquire()
    lock.release()


def test_release_leaves_the_lock_of_a_follower(path: Path) -> None:
    lock = Lock(path)
    assert lock.try_acquire()
    assert not lock.is_lost
    path.unlink()
    write_lock(path)
    follower = path.read_text()
    assert lock.is_lost
    lock.release()
    assert path.read_text() == follower


def test_forked_child_does_not_release(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = Lock(path)
    assert lock.try_acquire()
    with monkeypatch.context() as child:
        child.setattr(os, "getpid", lambda: 1)
        lock.release()
    assert path.exists()


def test_remove_puts_another_lock_back(path: Path) -> None:
    write_lock(path)
    content = path.read_text()
    remove_lock_file(path, "fingerprint of a lock that is gone")
    assert path.read_text() == content
    assert list(path.parent.iterdir()) == [path]


def test_late_breaker_does_not_break_the_lock_of_the_follower(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second of two breakers, held up after it found the owner dead, must look again."""
    write_lock(path, pid=2**22 + 1)
    quick, late = Lock(path), Lock(path)
    judge = Lock._is_dead

    def judge_and_be_held_up(self: Lock, state: Any) -> bool:
        dead = judge(self, state)
        if self is late and dead:
            assert quick.try_acquire()
        return dead

    monkeypatch.setattr(Lock, "_is_dead", judge_and_be_held_up)
    assert not late.try_acquire()
    assert quick.is_held
    quick.release()


def test_breaker_that_died_while_breaking_does_not_block(path: Path) -> None:
    write_lock(path, pid=2**22 + 1)
    lock = Lock(path)
    name = f"{path.name}.{fingerprint(path)}"
    write_lock(path.with_name(name), pid=2**22 + 1)
    write_lock(path.with_name(f"{name}.{fingerprint(path.with_name(name))}"), pid=2**22 + 1)
    assert lock.try_acquire()
    assert list(path.parent.iterdir()) == [path]
    lock.release()


def fingerprint(path: Path) -> str:
    state = read_lock_file(path)
    assert state is not None
    return state.fingerprint


def test_of_many_breakers_exactly_one_wins(tmp_path: Path, worker: Worker) -> None:
    number = 60
    for index in range(number):
        write_lock(tmp_path / f"{index}.lock", pid=2**22 + 1)
    breakers = [worker("break", tmp_path, number) for _ in range(3)]
    for process in breakers:
        assert process.stdout is not None
        assert process.stdout.readline() == '"ready"\n'
    for process in breakers:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    won = [json.loads(process.stdout.readline()) for process in breakers if process.stdout is not None]
    assert [sum(column) for column in zip(*won, strict=True)] == [1] * number


def test_file_system_without_hard_links(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    write_lock(path, pid=2**22 + 1)
    first, second = Lock(path), Lock(path)
    assert first.try_acquire()
    assert not second.try_acquire()
    first.release()
    assert list(path.parent.iterdir()) == []
    assert second.try_acquire()
    second.release()


def test_network_file_system_that_repeats_a_link(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = os.link

    def link_and_lose_the_answer(source: Path, target: Path) -> None:
        link(source, target)
        raise FileExistsError(errno.EEXIST, "File exists")

    monkeypatch.setattr(os, "link", link_and_lose_the_answer)
    lock = Lock(path)
    assert lock.try_acquire()
    assert lock.is_held
    lock.release()


def test_full_disk_is_explained_and_leaves_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    lock = Lock(path)
    with monkeypatch.context() as full:
        full.setattr(os, "write", refuse)
        with pytest.raises(ArchiveError, match=r"write the lock .*No space left(.|\n)*Remedy: Free"):
            lock.try_acquire()
    assert list(path.parent.iterdir()) == []
    assert lock.try_acquire()
    lock.release()
