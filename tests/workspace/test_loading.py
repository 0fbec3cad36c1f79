"""Loading a workspace: every document, or every fault with its place."""

import os
from pathlib import Path

import pytest
from tests.decision.world import world
from tests.workspace.documents import MANIFEST, write, write_workspace

from ifthen.encoding.tree import MAX_BYTES
from ifthen.errors import Error, Problems
from ifthen.workspace.loading import find_root, load_workspace, read_bytes


@pytest.fixture
def root(tmp_path) -> Path:
    return write_workspace(tmp_path / "here", world())


def faults(root: Path) -> list[Error]:
    with pytest.raises(Problems) as caught:
        load_workspace(root)
    return list(caught.value.errors)


def only_fault(root: Path) -> Error:
    (fault,) = faults(root)
    return fault


def test_in_order(root):
    loaded = load_workspace(root)
    assert loaded.manifest.document.title == "Here"
    assert [(x.document.kind, x.document.id) for x in loaded.documents()] == [
        ("framework", "frontier"),
        ("model", "aurora-2"),
        ("plan", "ctf-plan"),
        ("evidence", "ctf-run"),
        ("declaration", "filter-declared"),
        ("assessment", "vault-assessed"),
        ("determination", "cyber-1-judged"),
    ]
    assert loaded.models[0].source.name == "models/aurora-2.yaml"


def test_names_and_folders_are_free_and_the_order_is_that_of_the_ids(root):
    (root / "models" / "aurora-2.yaml").rename(root / "z.YML")
    write(root / "a" / "b" / "c.yaml", world().model | {"id": "zeta"})
    write(root / "zz.yml", world().model | {"id": "alpha"})
    assert [x.document.id for x in load_workspace(root).models] == ["alpha", "aurora-2", "zeta"]


def test_what_starts_with_a_dot_is_left_out(root):
    for name in (".hidden/model.yaml", ".model.yaml", "models/.git/x.yaml"):
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("[broken")
    (root / "notes.txt").write_text("[broken")
    (root / "models" / "README.md").write_text("[broken")
    assert len(load_workspace(root).models) == 1


def test_every_fault_of_every_document_at_once(root):
    write(root / "models" / "aurora-2.yaml", world().model | {"wieghts": "open", "generation": 0})
    (root / "plans" / "ctf-plan.yaml").write_text("kind: plan\nid: [\n")
    write(root / "frameworks" / "other.yaml", {"kind": "framwork", "id": "other"})
    found = [(x.code, x.where) for x in faults(root)]
    assert [code for code, _ in found] == [
        "document.unknown-kind",
        "document.wrong-value",
        "document.unknown-key",
        "yaml.syntax",
    ]
    wheres = [where for _, where in found]
    assert wheres[0] == "frameworks/other.yaml:1:1"
    assert wheres[1] == "models/aurora-2.yaml:10:1" or wheres[1].startswith("models/aurora-2.yaml:")
    assert all(where.count(":") == 2 for where in wheres)


@pytest.mark.parametrize(
    ("tree", "message", "hint"),
    [
        ({"kind": "framwork"}, "kind 'framwork'", "did you mean 'framework'?"),
        ({"kind": "zzzz"}, "kind 'zzzz'", "kinds: workspace, framework, model, plan, evidence,"),
        ({"kind": 3}, "kind '3'", "kinds: workspace"),
        ({"id": "x"}, "no kind", "kinds: workspace"),
        (["x"], "no kind", "kinds: workspace"),
    ],
)
def test_unknown_kind(root, tree, message, hint):
    write(root / "x.yaml", tree)
    fault = only_fault(root)
    assert fault.code == "document.unknown-kind"
    assert fault.where == "x.yaml:1:1"
    assert fault.message == f"{message}; a document says which kind it is"
    assert fault.hint.startswith(hint)


def test_a_duplicate_names_both_places(root):
    write(root / "models" / "zz.yaml", world().model)
    fault = only_fault(root)
    assert fault.code == "workspace.duplicate-id"
    assert fault.where.startswith("models/zz.yaml:")
    assert "first in models/aurora-2.yaml:" in fault.message
    assert "model 'aurora-2'" in fault.message


def test_three_of_one_id_all_refer_to_the_first(root):
    write(root / "models" / "b.yaml", world().model)
    write(root / "models" / "c.yaml", world().model)
    found = faults(root)
    assert [x.where.partition(":")[0] for x in found] == ["models/b.yaml", "models/c.yaml"]
    assert all("first in models/aurora-2.yaml:" in x.message for x in found)


def test_one_id_for_documents_of_two_kinds(root):
    write(root / "x.yaml", world().declarations[0] | {"id": "vault-assessed"})
    assert len(load_workspace(root).declarations) == 2


def test_versions_of_a_framework_share_its_id(root):
    write(root / "v2.yaml", world().framework | {"version": "2.0"})
    assert len(load_workspace(root).frameworks) == 2
    write(root / "v3.yaml", world().framework | {"version": "2.0"})
    assert "framework 'frontier 2.0'" in only_fault(root).message


def test_a_workspace_in_a_workspace(root):
    write(root / "inner" / "ifthen.yaml", MANIFEST | {"id": "inner"})
    fault = only_fault(root)
    assert fault.code == "workspace.nested"
    assert fault.where.startswith("inner/ifthen.yaml")


def test_a_manifest_that_is_something_else(tmp_path):
    write(tmp_path / "ifthen.yaml", world().model)
    fault = only_fault(tmp_path)
    assert (fault.code, fault.where) == ("workspace.manifest", "ifthen.yaml")


def test_a_manifest_of_another_name_is_nested(tmp_path):
    write(tmp_path / "workspace.yaml", MANIFEST)
    assert only_fault(tmp_path).code == "workspace.nested"


def test_too_large(root):
    (root / "big.yaml").write_bytes(b"#" * (MAX_BYTES + 1))
    fault = only_fault(root)
    assert (fault.code, fault.where) == ("file.too-large", "big.yaml")
    (root / "big.yaml").write_bytes(b"#" * MAX_BYTES)
    assert only_fault(root).code != "file.too-large"


def test_unreadable(root, monkeypatch):
    original = Path.open

    def refuse(self, *args, **kwargs):
        if self.name == "aurora-2.yaml":
            raise PermissionError(13, "Permission denied")
        return original(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", refuse)
    fault = only_fault(root)
    assert (fault.code, fault.where) == ("file.unreadable", "models/aurora-2.yaml")
    assert fault.message == "cannot be read: Permission denied"


def test_a_folder_that_cannot_be_listed_is_not_an_empty_one(root, monkeypatch):
    """What cannot be read might hold the document that says no."""
    original = os.scandir

    def refuse(path):
        if str(path).endswith("determinations"):
            raise PermissionError(13, "Permission denied", str(path))
        return original(path)

    monkeypatch.setattr(os, "scandir", refuse)
    fault = only_fault(root)
    assert (fault.code, fault.where) == ("file.unreadable", "determinations")
    assert fault.message == "the folder cannot be read: Permission denied"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(root):
    os.mkfifo(root / "pipe.yaml")
    fault = only_fault(root)
    assert (fault.code, fault.where) == ("file.unreadable", "pipe.yaml")


def test_links(root, tmp_path):
    (root / "gone.yaml").symlink_to(tmp_path / "nowhere.yaml")
    assert [(x.code, x.where) for x in faults(root)] == [("file.missing", "gone.yaml")]
    (root / "gone.yaml").unlink()
    (root / "circle").symlink_to(root)
    (root / "models" / "up").symlink_to(root / "models")
    assert len(load_workspace(root).models) == 1
    (root / "self.yaml").symlink_to(root / "self.yaml")
    fault = only_fault(root)
    assert (fault.code, fault.where) == ("file.unreadable", "self.yaml")


def test_the_limit_is_the_callers(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"12345")
    assert read_bytes(path, "x", 5) == b"12345"
    with pytest.raises(Error) as caught:
        read_bytes(path, "x", 4)
    assert caught.value.code == "file.too-large"


def test_the_root_is_found_from_below(root):
    assert find_root(root) == root
    assert find_root(root / "models") == root
    write(root / "models" / "deep" / "ifthen.yaml", MANIFEST)
    assert find_root(root / "models" / "deep") == root / "models" / "deep"


def test_no_root(tmp_path):
    (tmp_path / "ifthen.yaml").mkdir()
    with pytest.raises(Error) as caught:
        find_root(tmp_path)
    assert caught.value.code == "workspace.not-found"
    assert tmp_path.name in caught.value.message


def test_the_order_of_the_files_does_not_matter(root, tmp_path):
    before = load_workspace(root)
    for number, path in enumerate(sorted(root.rglob("*.yaml"), reverse=True)):
        if path.name != "ifthen.yaml":
            path.rename(root / f"{number:03}.yaml")
    after = load_workspace(root)
    assert [x.digest for x in before.documents()] == [x.digest for x in after.documents()]
