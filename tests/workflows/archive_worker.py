"""Processes for the tests of the archive: ``python archive_worker.py TASK ARGUMENT...``.

Each prints one JSON value a line, so that the test knows how far it is.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wadflow.workflows.archive import Archive, Claim, DamagedEntry, Entry
from wadflow.workflows.locks import Lock

if TYPE_CHECKING:
    from collections.abc import Callable

FILES = {"result.json": b'{"energy": -1.0}' * 4000, "scratch/state": b"step 7\n"}
"""What a calculation leaves in its working directory: name to content."""

STEPS = {"open", "os.mkdir", "os.rename", "os.link", "os.remove", "os.rmdir", "os.utime"}
"""Audit events of the operations before which a process is killed, beside write and fsync."""


def say(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def fill(directory: Path) -> None:
    for name, content in FILES.items():
        (directory / name).parent.mkdir(exist_ok=True)
        (directory / name).write_bytes(content)


def compute(root: str, seconds: str, *keys: str) -> None:
    """Get each key, computing what nobody else does; say how each one came."""
    archive = Archive(Path(root))
    for key in keys:
        outcome = archive.wait_or_claim(key, poll=0.01)
        if isinstance(outcome, Entry):
            say({"key": key, "how": "waited", "energy": outcome.read_json("result.json")["energy"]})
            continue
        with outcome:
            directory = archive.working_directory(key)
            found = sorted(path.name for path in directory.iterdir())
            (directory / "checkpoint").write_text("step 1")
            say({"key": key, "how": "computing", "found": found})
            time.sleep(float(seconds))
            (directory / "result.json").write_text(json.dumps({"energy": -float(os.getpid())}))
            energy = archive.store(key, directory).read_json("result.json")["energy"]
        say({"key": key, "how": "computed", "energy": energy})


def store_forever(root: str) -> None:
    """Store one calculation after the other until killed."""
    archive = Archive(Path(root))
    for number in range(10**6):
        key = f"{number:064x}"
        claim = archive.claim(key)
        assert claim is not None
        with claim:
            directory = archive.working_directory(key)
            fill(directory)
            archive.store(key, directory)
        say(key)


def hold(path: str) -> None:
    """Take a lock and keep it until killed."""
    say(Lock(Path(path)).try_acquire())
    time.sleep(600)


def break_locks(folder: str, number: str) -> None:
    """At each line of input, try to take one of many locks of a dead owner; keep what is won."""
    locks = [Lock(Path(folder) / f"{index}.lock") for index in range(int(number))]
    say("ready")
    sys.stdin.readline()
    for lock in locks:
        lock.try_acquire()
    say([lock.is_held for lock in locks])
    sys.stdin.readline()


def kill_at_each_step(folder: str) -> None:
    """Claim, compute and store, killed before operation 1, 2, 3 ... until one is not killed.

    Says for each death what the archive has then and how the next attempt went. The disk is not
    waited for: that makes a difference in a power failure only, which no test can make.
    """
    os.fsync = lambda _: None  # type: ignore[assignment]
    for step in range(1, 10**4):
        root = Path(folder) / str(step)
        key = f"{step:064x}"
        child = os.fork()
        if child == 0:
            try:
                die_at(step)
                calculate(Archive(root), key)
            finally:
                os._exit(0)
        status = os.waitpid(child, 0)[1]
        damages: list[DamagedEntry] = []
        archive = Archive(root, on_damage=damages.append)
        entry = archive.find(key)
        working = root / "working" / key
        scratch = {name: (working / name).is_file() for name in FILES}
        claimed = calculate(archive, key)
        say(
            {
                "step": step,
                "killed": os.WIFSIGNALED(status),
                "found": entry is not None,
                "scratch": all(scratch.values()),
                "owner_after": str(archive.owner(key)),
                "claimed_after": claimed,
                "damages": [str(damage) for damage in damages],
                "whole_after": contents(archive.find(key)) == FILES,
            }
        )
        if not os.WIFSIGNALED(status):
            return


def calculate(archive: Archive, key: str) -> bool:
    """Compute a key if nobody has; return whether that was necessary."""
    outcome = archive.wait_or_claim(key, poll=0.01, on_wait=refuse)
    if isinstance(outcome, Claim):
        with outcome:
            directory = archive.working_directory(key)
            fill(directory)
            archive.store(key, directory)
    return isinstance(outcome, Claim)


def refuse(owner: object, seconds: float) -> None:
    message = f"nobody else is here to wait for: {owner}, {seconds} s"
    raise RuntimeError(message)


def contents(entry: Entry | None) -> dict[str, bytes] | None:
    return None if entry is None else {name: entry.read_bytes(name) for name in entry.files}


def die_at(step: int) -> None:
    """Kill this process with SIGKILL before its file operation number `step`."""
    left = step

    def count() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in STEPS and not str(arguments[0]).startswith("/proc"):
            count()

    def counting(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any) -> Any:
            if function is os_write and left == 1:
                # A write cut in the middle is the worst that a kill can leave.
                os_write(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
            count()
            return function(*arguments)

        return wrapped

    os_write = os.write
    os.write = counting(os.write)
    os.fsync = counting(os.fsync)
    sys.addaudithook(hook)


TASKS: dict[str, Callable[..., None]] = {
    "compute": compute,
    "store-forever": store_forever,
    "hold": hold,
    "break": break_locks,
    "kill-at-each-step": kill_at_each_step,
}

if __name__ == "__main__":
    TASKS[sys.argv[1]](*sys.argv[2:])
