"""An entry of the archive: a folder of files and the manifest that proves them whole."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 (pydantic needs it at run time)
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from wadflow.errors import ArchiveError

MANIFEST = "manifest.json"
"""Name of the manifest in every entry."""

_SCHEMA_VERSION = 1


class ManifestError(ValueError):
    """A manifest that cannot be believed."""


def check_file_name(name: str) -> str:
    """Return `name` if it can name a file of an entry: relative, inside, not the manifest.

    Raises
    ------
    ValueError
        Otherwise.
    """
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or str(path) != name or name in {".", MANIFEST}:
        problem = f"{name!r} cannot be the name of a file in an archive entry"
        raise ValueError(problem)
    return name


class FileRecord(BaseModel):
    """What a file must be.

    Attributes
    ----------
    sha256 : str
        Checksum, 64 hexadecimal digits.
    size : int
        Size in bytes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0)


class Manifest(BaseModel):
    """The list of the files of an entry.

    Attributes
    ----------
    schema_version : int
        Version of this format.
    key : str
        Key of the entry: a folder copied under the name of another key is found out.
    created : datetime
        When the entry was stored (UTC).
    files : dict
        Name (with ``/`` between folders) to `FileRecord`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[1] = 1
    key: str
    created: datetime
    files: dict[Annotated[str, AfterValidator(check_file_name)], FileRecord]

    def to_bytes(self) -> bytes:
        """Return the content of the manifest file, its own checksum included."""
        return _encode(self.model_dump(mode="json"))

    @classmethod
    def from_bytes(cls, raw: bytes) -> Manifest:
        """Read a manifest file; every changed byte is noticed, also a blank.

        Raises
        ------
        ManifestError
            If the content is not what `to_bytes` wrote.
        ArchiveError
            If a newer version of wadflow wrote it.
        """
        try:
            content = json.loads(raw)
            del content["checksum"]
            whole = _encode(content) == raw
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            problem = "the manifest cannot be read"
            raise ManifestError(problem) from error
        if not whole:
            problem = "the manifest does not agree with its checksum"
            raise ManifestError(problem)
        version = content.get("schema_version")
        if isinstance(version, int) and version > _SCHEMA_VERSION:
            problem = (
                f"an archive entry has format {version}, this wadflow reads up to"
                f" {_SCHEMA_VERSION}\n  Remedy: use a newer wadflow for this archive."
            )
            raise ArchiveError(problem)
        try:
            return cls.model_validate(content)
        except ValidationError as error:
            problem = "the manifest lacks or has unknown parts"
            raise ManifestError(problem) from error


def _encode(content: dict[str, Any]) -> bytes:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    checksum = hashlib.sha256(text.encode()).hexdigest()
    return (json.dumps({**content, "checksum": checksum}, sort_keys=True, indent=2) + "\n").encode()


@dataclass(frozen=True)
class Entry:
    """A finished calculation whose files were verified when it was found.

    Attributes
    ----------
    key : str
        Key of the calculation, 64 hexadecimal digits.
    path : Path
        Folder of the entry; do not write there.
    manifest : Manifest
        Its files.
    """

    key: str
    path: Path
    manifest: Manifest

    @property
    def files(self) -> tuple[str, ...]:
        """Names of the files, sorted, without the manifest."""
        return tuple(sorted(self.manifest.files))

    def file(self, name: str) -> Path:
        """Return the path of a file of the entry.

        Raises
        ------
        ArchiveError
            If the manifest knows no such file; a foreign file is never believed.
        """
        if name not in self.manifest.files:
            problem = f"archive entry {self.key} has no file {name!r}, only {', '.join(self.files)}"
            raise ArchiveError(problem)
        return self.path / name

    def read_bytes(self, name: str) -> bytes:
        """Read a file of the entry and verify once more what was read.

        Raises
        ------
        ArchiveError
            If there is no such file, or it changed since the entry was found.
        """
        path = self.file(name)
        try:
            data = path.read_bytes()
        except OSError as error:
            problem = f"cannot read {path}: {error.strerror}"
            raise ArchiveError(problem) from error
        if hashlib.sha256(data).hexdigest() != self.manifest.files[name].sha256:
            problem = f"{path} changed while it was in use\n  Remedy: run again; it will be redone."
            raise ArchiveError(problem)
        return data

    def read_json(self, name: str) -> dict[str, Any]:
        """Read a file of the entry that holds a JSON object.

        Raises
        ------
        ArchiveError
            If there is no such file, it changed since the entry was found, or is no JSON object.
        """
        try:
            content = json.loads(self.read_bytes(name))
        except ValueError as error:
            problem = f"{self.path / name} is no JSON file: {error}"
            raise ArchiveError(problem) from error
        if not isinstance(content, dict):
            problem = f"{self.path / name} holds no JSON object"
            raise ArchiveError(problem)
        return content
