"""People of the shipped example who sign: keys that anybody could make, for tests only."""

from pathlib import Path

from ifthen.attestation.keyfile import format_key, write_key_file
from ifthen.attestation.keys import FileSigner, format_public_key, make_signer
from ifthen.encoding.tree import format_tree

ROLES = {"okafor": "chief-executive", "castellanos": "scaling-officer", "lind": "security-lead"}
DAY = "2026-12-01"


def signer(name: str) -> FileSigner:
    return make_signer(bytes([len(name)]) * 32, comment=name)


def add_people(root: Path) -> Path:
    """Write people into a workspace and their private keys beside it; return the keys' folder."""
    people = [
        {
            "id": name,
            "name": f"{name.title()} (fictional)",
            "keys": [{"public": format_public_key(signer(name).public), "from": "2026-01-01"}],
            "roles": [{"role": role, "from": "2026-01-01"}],
        }
        for name, role in ROLES.items()
    ]
    (root / "people.yaml").write_text(
        format_tree({"kind": "people", "id": "people", "people": people})
    )
    folder = root.parent / "keys"
    folder.mkdir()
    for name in ROLES:
        write_key_file(folder / name, format_key(signer(name)))
    return folder
