"""Trust policies (C2SP tlog-policy): which logs, which witnesses, how many of them.

Names in a policy are octets; here they are text in which octets that are no UTF-8 are kept as
surrogates.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ifthen.errors import Error
from ifthen.tlog.checkpoint import Checkpoint, parse_checkpoint
from ifthen.tlog.cosignature import Verified, verify_signatures
from ifthen.tlog.key import COSIGNATURE, ED25519, ML_DSA_44, VerifierKey, format_vkey, parse_vkey
from ifthen.tlog.note import Note, signature_missing
from ifthen.tlog.spelling import parse_decimal

MAX_POLICY_BYTES = 1 << 20
MAX_LINES = 10_000
MAX_PARTS = 256
"""Most logs, witnesses, groups, and members of a group."""
NONE = "none"
_WORD = re.compile(r"[^\x00-\x20\x7f]+")


@dataclass(frozen=True, slots=True)
class TrustedLog:
    """A log's key, whose name is the log's origin, and where it is found."""

    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness: its name in this policy, its key, and where it is found."""

    name: str
    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """``needed`` of the members have to have cosigned; a member is a witness or a group."""

    name: str
    needed: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """What a checkpoint needs to be believed; ``quorum`` is a name, or ``none``.

    Raises:
        Error: ``tlog.policy``, ``tlog.key-kind``.
    """

    logs: tuple[TrustedLog, ...]
    witnesses: tuple[Witness, ...] = ()
    groups: tuple[Group, ...] = ()
    quorum: str = NONE

    def __post_init__(self) -> None:
        for kind, parts in (("logs", self.logs), ("witnesses", self.witnesses)):
            if len({part.key.public for part in parts}) != len(parts):
                raise _error(f"two {kind} have one public key", "let each key count once")
        if max(len(self.logs), len(self.witnesses), len(self.groups)) > MAX_PARTS:
            raise _error(f"more than {MAX_PARTS} logs, witnesses or groups", None)
        for log in self.logs:
            _check_kind(log.key, (ED25519, ML_DSA_44), "log")
        for witness in self.witnesses:
            _check_kind(witness.key, (COSIGNATURE, ML_DSA_44), "witness")
        _check_names(self.witnesses, self.groups, self.quorum)
        for url in (*(x.url for x in self.logs), *(x.url for x in self.witnesses)):
            if url is not None and not _is_word(url):
                raise _error(f"{url[:80]!r} is no address", None)

    def is_quorum(self, cosigned: Iterable[str]) -> bool:
        """Return whether these names of witnesses fulfil the policy."""
        if self.quorum == NONE:
            return True
        true = set(cosigned)
        for group in self.groups:  # each group names only what stands before it
            if sum(member in true for member in group.members) >= group.needed:
                true.add(group.name)
        return self.quorum in true


@dataclass(frozen=True, slots=True)
class Accepted:
    """A checkpoint that a policy accepts, and who signed: keys of the log, times of witnesses.

    ``witnesses`` maps the name in the policy to the time stated, in POSIX seconds.
    """

    checkpoint: Checkpoint
    log: tuple[VerifierKey, ...]
    witnesses: Mapping[str, int]


def verify_checkpoint(note: Note, policy: Policy, *, latest: int | None = None) -> Accepted:
    """Return the checkpoint of a note that a log of the policy signed and a quorum cosigned.

    ``latest`` is the latest time that a cosignature may state, in POSIX seconds; None for any.

    Raises:
        Error: ``tlog.origin`` for a log not in the policy, ``tlog.signature-missing`` where it did
            not sign, ``tlog.signature-wrong``, ``tlog.signature-twice``,
            ``tlog.cosignature-future``, ``tlog.quorum``, ``tlog.extension-unsigned``, and those of
            ``parse_checkpoint``.
    """
    checkpoint = parse_checkpoint(note.text)
    keys = [log.key for log in policy.logs if log.key.name == checkpoint.origin]
    if not keys:
        raise Error(
            "tlog.origin",
            f"the checkpoint is of the log {checkpoint.origin!r}, which the policy does not name",
        )
    signed = verify_log_signatures(note, checkpoint, keys)
    known = {witness.key: witness.name for witness in policy.witnesses}
    times: dict[str, int] = {}
    for verified in verify_signatures(note, known):
        times[known[verified.key]] = verified.time or 0
    for name, time in times.items():
        if latest is not None and time > latest:
            raise Error(
                "tlog.cosignature-future",
                f"the witness {name!r} states the time {time}, which is after {latest}",
                hint="compare the clocks",
            )
    if not policy.is_quorum(times):
        raise Error(
            "tlog.quorum",
            f"{len(times)} known witnesses cosigned the checkpoint, which is no quorum"
            f" {policy.quorum!r}",
            hint="ask the log for a checkpoint that more witnesses have cosigned",
        )
    return Accepted(checkpoint, tuple(x.key for x in signed), times)


def verify_log_signatures(
    note: Note, checkpoint: Checkpoint, keys: Sequence[VerifierKey]
) -> tuple[Verified, ...]:
    """Return the keys of a log that signed its checkpoint, one at least.

    Raises:
        Error: ``tlog.signature-missing``, ``tlog.signature-wrong``, ``tlog.signature-twice``,
            ``tlog.extension-unsigned`` for extension lines that no Ed25519 key signed.
    """
    signed = verify_signatures(note, keys)
    if not signed:
        raise signature_missing(note)
    if checkpoint.extensions and all(x.key.kind == ML_DSA_44 for x in signed):
        raise Error(
            "tlog.extension-unsigned",
            "the checkpoint has extension lines, which a signature of ML-DSA-44 leaves out",
        )
    return signed


def format_policy(policy: Policy) -> bytes:
    """Return a policy as a file; :func:`parse_policy` reads it back."""
    lines = [_line("log", format_vkey(x.key), x.url) for x in policy.logs]
    lines += [_line("witness", x.name, format_vkey(x.key), x.url) for x in policy.witnesses]
    lines += [_line("group", x.name, str(x.needed), *x.members) for x in policy.groups]
    return "".join([*lines, _line("quorum", policy.quorum)]).encode(errors="surrogateescape")


def _line(*words: str | None) -> str:
    return " ".join(word for word in words if word is not None) + "\n"


def parse_policy(data: bytes) -> Policy:
    """Return the policy of a file of at most 1 MiB.

    Raises:
        Error: ``tlog.policy`` with the line, ``tlog.too-large``, and those of ``parse_vkey``.
    """
    if len(data) > MAX_POLICY_BYTES:
        raise Error("tlog.too-large", f"the policy has {len(data)} bytes, expected at most 1 MiB")
    text = data.decode(errors="surrogateescape")
    lines = text.split("\n")
    if lines.pop() or len(lines) > MAX_LINES:
        raise _error("the last line does not end, or there are too many", "end it with a newline")
    reader = _Reader()
    for number, line in enumerate(lines, 1):
        try:
            reader.read(line)
        except Error as error:
            place = f"line {number}"
            raise Error(error.code, error.message, where=place, hint=error.hint) from None
    if reader.quorum is None:
        raise _error("there is no line with a quorum", "add 'quorum none' to ask for no witness")
    return Policy(tuple(reader.logs), tuple(reader.witnesses), tuple(reader.groups), reader.quorum)


class _Reader:
    """What the lines of a policy have said so far."""

    def __init__(self) -> None:
        self.logs: list[TrustedLog] = []
        self.witnesses: list[Witness] = []
        self.groups: list[Group] = []
        self.quorum: str | None = None
        self._names: set[str] = set()

    def read(self, line: str) -> None:
        if any((c < " " and c != "\t") or c == "\x7f" for c in line):
            raise _error("the line holds a control character", None)
        words = [word for word in re.split("[ \t]+", line) if word]
        if not words or words[0].startswith("#"):
            return
        match words:
            case ["log", vkey, *url] if len(url) < 2:
                self.logs.append(TrustedLog(parse_vkey(vkey), *url))
            case ["witness", name, vkey, *url] if len(url) < 2:
                self.witnesses.append(Witness(self._define(name), parse_vkey(vkey), *url))
            case ["group", name, needed, *members] if members:
                for member in members:
                    self._check_defined(member)
                count = {"any": 1, "all": len(members)}.get(needed)
                if count is None:
                    count = parse_decimal(needed.encode(errors="replace"), "the number of members")
                self.groups.append(Group(self._define(name), count, tuple(members)))
            case ["quorum", name] if self.quorum is None:
                if name != NONE:
                    self._check_defined(name)
                self.quorum = name
            case _:
                raise _error(f"the line is {line[:80]!r}", "write log, witness, group or quorum")

    def _define(self, name: str) -> str:
        if name in self._names or name == NONE:
            raise _error(f"the name {name[:80]!r} is taken", "give each its own name")
        self._names.add(name)
        return name

    def _check_defined(self, name: str) -> None:
        if name not in self._names:
            raise _error(f"the name {name[:80]!r} is not defined above", "define it first")


def _check_kind(key: VerifierKey, kinds: tuple[int, int], what: str) -> None:
    if key.kind not in kinds:
        raise Error(
            "tlog.key-kind",
            f"the key {key.name} is of signature type {key.kind:#04x}, expected that of a {what}",
        )


def _check_names(witnesses: Sequence[Witness], groups: Sequence[Group], quorum: str) -> None:
    names: set[str] = {NONE}
    free: set[str] = set()
    for witness in witnesses:
        _check_new(witness.name, names)
        free.add(witness.name)
    for group in groups:
        count = len(group.members)
        if not 1 <= group.needed <= count <= MAX_PARTS or len(set(group.members)) != count:
            raise _error(
                f"the group {group.name[:80]!r} asks for {group.needed} of {count} members",
                "name each member once, and ask for one of them at least",
            )
        if not free.issuperset(group.members):
            raise _error(
                f"a member of the group {group.name[:80]!r} is not defined above, or is a member"
                " of another group",
                "let each name be a member once",
            )
        free.difference_update(group.members)
        _check_new(group.name, names)
        free.add(group.name)
    if quorum not in names:
        raise _error(f"the quorum {quorum[:80]!r} is not defined", "name a witness or a group")


def _is_word(text: str) -> bool:
    """Return whether text is one word of a policy, which reads back as it was written."""
    try:
        again = text.encode(errors="surrogateescape").decode(errors="surrogateescape")
    except UnicodeEncodeError:
        return False
    return again == text and _WORD.fullmatch(text) is not None


def _check_new(name: str, names: set[str]) -> None:
    if name in names or not _is_word(name):
        raise _error(f"the name {name[:80]!r} is taken, or is none", "give each its own name")
    names.add(name)


def _error(message: str, hint: str | None) -> Error:
    return Error("tlog.policy", f"not a policy: {message}", hint=hint)
