"""The files of one log: each is read once, and the log's digest covers what was read."""

from dataclasses import dataclass, field

from ifthen.encoding.canonical import digest_bytes, digest_value
from ifthen.errors import Error
from ifthen.evidence.log import LogFile
from ifthen.evidence.source import Source, read_whole
from ifthen.evidence.strict_json import MAX_BYTES


@dataclass(slots=True)
class FileSet:
    """A main file and the files beside it."""

    source: Source
    """The main file."""
    _read: dict[str, bytes] = field(default_factory=dict)
    _files: dict[str, LogFile] = field(default_factory=dict)

    def read(self, name: str | None = None, *, keep: bool = True) -> bytes | None:
        """Return every byte of the main file, or of a file beside it; None if there is none.

        ``keep=False`` forgets the bytes of a file that is asked for once.

        Raises:
            Error: ``log.too-large`` above 512 MiB, and those of the source.
        """
        path = self.source.name if name is None else name
        if path in self._read:
            return self._read[path]
        source = self.source if name is None else self.source.companion(name)
        if source is None:
            return None
        data = read_whole(source, limit=MAX_BYTES)
        self.add(LogFile(path=path, sha256=digest_bytes(data), bytes=len(data)))
        if keep:
            self._read[path] = data
        return data

    def require(self, name: str, *, hint: str) -> bytes:
        """Return every byte of a file beside the main file.

        Raises:
            Error: ``log.file-missing``, and those of :meth:`read`.
        """
        data = self.read(name)
        if data is None:
            raise Error(
                "log.file-missing",
                f"there is no {name} beside it",
                where=self.source.name,
                hint=hint,
            )
        return data

    def add(self, file: LogFile) -> None:
        """Count a file in that was read elsewhere, piece by piece."""
        self._files[file.path] = file

    @property
    def files(self) -> tuple[LogFile, ...]:
        """Every file that was read, main file first; empty if it is the only one."""
        main = self._files[self.source.name]
        others = [file for path, file in sorted(self._files.items()) if file is not main]
        return (main, *others) if others else ()

    @property
    def sha256(self) -> str:
        """Digest of the only file, or of the list of files."""
        files = self.files
        if not files:
            return self._files[self.source.name].sha256
        return digest_value(
            [{"path": file.path, "sha256": file.sha256, "bytes": file.bytes} for file in files]
        )

    @property
    def bytes(self) -> int:
        """Size of all files."""
        return sum(file.bytes for file in self._files.values())
