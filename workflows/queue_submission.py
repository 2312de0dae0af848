"""Put studies into a queue of jobflow-remote, and take what they came to into an archive."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wadflow.results.records import Document
from wadflow.workflows.flows.study import flow_of
from wadflow.workflows.makers import GpawTaskDoc
from wadflow.workflows.outcome import INPUT_FILE, RESULT_FILE
from wadflow.workflows.queue_project import as_utc

if TYPE_CHECKING:
    from jobflow_remote import JobController
    from jobflow_remote.config.base import Project

    from wadflow.workflows.archive import Archive
    from wadflow.workflows.queue_placement import Placement
    from wadflow.workflows.queue_status import QueuedStudy
    from wadflow.workflows.study import Study


def submit_study(study: Study, project: Project, placement: Placement) -> str:
    """Put a study into the queue; return the uuid of its flow.

    Raises
    ------
    wadflow.errors.InputError
        Where the study cannot work.
    """
    from jobflow_remote import submit_flow

    flow = flow_of(study, name=study.name, placement=placement)
    submit_flow(flow, worker=placement.worker, project=project.name)
    return str(flow.uuid)


@dataclass(frozen=True)
class Collected:
    """What was taken from the queue's outputs.

    ``calculations`` that the archive lacked; ``known`` that it had; ``document`` by its name, where the study
    has come to its end.
    """

    calculations: int
    known: int
    document: str | None


def collect_study(study: QueuedStudy, queue: JobController, archive: Archive) -> Collected:
    """Take the finished calculations of a study into an archive, and its document if it has one.

    Raises
    ------
    wadflow.errors.ArchiveError
        Where the archive cannot be written.
    """
    from monty.json import MontyDecoder

    decoder = MontyDecoder()
    new, known, document = 0, 0, None
    store = queue.jobstore
    store.connect()
    for uuid, index in study.jobs:
        found = store.query_one({"uuid": uuid, "index": index}, load=True)
        output: Any = found and decoder.process_decoded(_with_time_zone(found["output"]))
        if isinstance(output, GpawTaskDoc):
            if archive.find(output.calculation.key) is None:
                _store(output, archive)
                new += 1
            else:
                known += 1
        elif isinstance(output, Document):
            archive.save_document(study.document, output.model_dump_json(indent=1))
            document = study.document
    return Collected(new, known, document)


def _with_time_zone(output: Any) -> Any:
    """Say that the time of a document is UTC."""
    if isinstance(output, dict) and "created" in output:
        created = output["created"]
        moment = datetime.fromisoformat(created) if isinstance(created, str) else created
        return output | {"created": as_utc(moment)}
    return output


def _store(finished: GpawTaskDoc, archive: Archive) -> None:
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        (directory / INPUT_FILE).write_text(finished.calculation.model_dump_json(indent=1))
        (directory / RESULT_FILE).write_text(finished.outcome.model_dump_json(indent=1))
        archive.store(finished.calculation.key, directory, files=[INPUT_FILE, RESULT_FILE])
