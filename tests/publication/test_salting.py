"""What is withheld cannot be guessed from the digests that decisions name."""

import dataclasses

import pytest
from tests.verification.world import (
    NOW,
    WITHHELD,
    make_place,
    make_workspace,
    publish_all,
    salts,
)

from ifthen.attestation.publication import SALTED
from ifthen.decision.bounds import COMPUTED
from ifthen.encoding.canonical import digest_value
from ifthen.encoding.document import Salted
from ifthen.errors import Problems
from ifthen.publication.assembling import find_publication
from ifthen.publication.publishing import Reasons, plan_publication
from ifthen.publication.salting import list_unsalted, make_salt
from ifthen.verification.kinds import PUBLISHED
from ifthen.workspace.loading import load_workspace

RULE = WITHHELD[0]
NAME = f"declaration/{RULE['id']}"


def make_small(folder):
    """Return a workspace without results, with fields of one document withheld."""
    root = make_workspace(folder / "aurora", withhold=[RULE])
    for path in root.rglob("*aurora-2*"):
        path.unlink()
    for path in [*(root / "evidence").iterdir(), *(root / "determinations").iterdir()]:
        path.unlink()
    return root


def plan(root, record, now=NOW):
    workspace = load_workspace(root)
    rules = find_publication(workspace)
    place = make_place(root, record, now)
    return plan_publication(
        workspace, rules, place.ledger, today=now.date(), bounds=COMPUTED,
        random_bytes=salts(), reasons=Reasons(amend="It has a salt now."),
    )  # fmt: skip


def find_file(root):
    return next(x for x in root.rglob("*.yaml") if "\nsalt: " in x.read_text())


def read_everything(record) -> bytes:
    return b"\n".join(x.read_bytes() for x in record.rglob("*") if x.is_file())


def test_a_guess_cannot_be_confirmed_from_the_public_copy(tmp_path):
    """Somebody knows every word of the document, and still not whether the record holds it."""
    root, record = make_small(tmp_path), tmp_path / "record"
    publish_all(root, record)
    (whole,) = [x for x in load_workspace(root).documents() if x.document.id == RULE["id"]]
    public = read_everything(record)
    assert whole.digest.encode() in public  # a decision names it
    assert whole.source.tree["salt"].encode() not in public
    guess = {key: value for key, value in whole.source.tree.items() if key != "salt"}
    assert digest_value(guess).encode() not in public
    draw = salts()
    for _ in range(20):
        assert digest_value(guess | {"salt": make_salt(draw)}).encode() not in public
    assert digest_value(guess | {"salt": whole.source.tree["salt"]}) == whole.digest


def test_what_would_be_guessable_is_not_published(tmp_path):
    root = make_small(tmp_path)
    path = find_file(root)
    text = path.read_text()
    path.write_text(text[: text.index("\nsalt:") + 1])
    with pytest.raises(Problems) as caught:
        plan(root, tmp_path / "record")
    (error,) = caught.value.errors
    assert error.code == "publication.unsalted" and error.message.startswith(NAME)
    line = error.hint.partition("sign anew: ")[2]
    path.write_text(f"{path.read_text()}{line}\n")
    (draft,) = [x for x in plan(root, tmp_path / "record").drafts if x.redacted.item.name == NAME]
    places = [each.place for each in draft.redacted.stated.withheld]
    assert places == ["evidence", "made_by.name", "salt"]


def test_a_salt_that_two_documents_have_is_none(tmp_path):
    root = make_small(tmp_path)
    rules = find_publication(load_workspace(root))
    drafts = plan(root, tmp_path / "record").drafts
    item = next(x.redacted.item for x in drafts if x.redacted.item.name == NAME)
    other = dataclasses.replace(item, id="another")
    again = dataclasses.replace(item, version="2")
    found = [x.code for x in list_unsalted([item], rules, [item, other], salts())]
    assert found == ["publication.salt-twice"]
    assert not list(list_unsalted([item], rules, [item, again], salts()))


def test_a_salt_that_a_version_published_whole_shows_is_none(tmp_path):
    root = make_small(tmp_path)
    rules = find_publication(load_workspace(root))
    drafts = plan(root, tmp_path / "record").drafts
    item = next(x.redacted.item for x in drafts if x.redacted.item.name == NAME)
    shown = dataclasses.replace(item, version="2", tree={"salt": item.tree["salt"]})
    found = [x.code for x in list_unsalted([item], rules, [item, shown], salts())]
    assert found == ["publication.salt-shown"]


def test_every_kind_that_decisions_name_may_have_a_salt_and_no_other():
    for kind, model in PUBLISHED.items():
        assert issubclass(model, Salted) == (kind in SALTED), kind


def test_what_was_published_without_a_salt_stays_as_it_is(tmp_path, monkeypatch):
    """A record of before is verified, and goes on: what is stated anew needs the salt."""
    root, record = make_small(tmp_path), tmp_path / "record"
    path = find_file(root)
    text = path.read_text()
    path.write_text(text[: text.index("\nsalt:") + 1])
    with monkeypatch.context() as before:
        before.setattr("ifthen.publication.publishing.list_unsalted", lambda *_: iter(()))
        publish_all(root, record)
    assert not plan(root, record).drafts
    path.write_text(text)
    names = [x.redacted.item.name for x in plan(root, record).drafts]
    assert NAME in names
