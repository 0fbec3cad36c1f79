"""The three acts as one base with overrides: nothing is lost, and no override is idle."""

from dataclasses import replace

import pytest

from ifthen.conformance.instrument import Instrument, Provision
from ifthen.conformance.overlaying import lay_over
from ifthen.errors import Problems
from ifthen.workspace.instruments import load_instruments
from ifthen.workspace.library import LIBRARY
from ifthen.workspace.state_model import FOLDER, STATES, WHOLE, load_base, load_state, make_state

ACTS = {x.document.id: x.document for x in load_instruments()}
BASE = load_base()
NOT_IN_MODEL = {"citation", "anchors"}  # places in the text of one act; a change names its own


def lines(law: Instrument):
    """Return what an act asks, by name, without where it stands in the text."""
    fields = [x for x in Provision.model_fields if x not in NOT_IN_MODEL]
    found = {("provision", x.id): [getattr(x, f) for f in fields] for x in law.provisions}
    for x in law.subjects:
        found["subject", x.id] = [x.compute_above, x.revenue_above_usd, x.place]
    for x in law.recognition:
        found["recognition"] = [x.provisions, x.conditions]
    found["whole"] = [law.in_force, law.penalty, law.public_report_from]
    return found


@pytest.mark.parametrize("state", STATES)
def test_the_base_under_the_overrides_of_a_state_is_the_act_of_the_state(state):
    model, act = lines(make_state(state)), lines(ACTS[STATES[state]])
    assert sorted(map(str, model)) == sorted(map(str, act))
    for name in act:
        assert model[name] == act[name], name


@pytest.mark.parametrize("state", STATES)
def test_to_leave_any_override_out_loses_something(state):
    loaded, act = load_state(state), lines(ACTS[STATES[state]])
    changes = loaded.document.changes
    for left_out in changes:
        rest = tuple(x for x in changes if x is not left_out)
        less = replace(loaded, document=loaded.document.model_copy(update={"changes": rest}))
        assert lines(lay_over(BASE, [less], WHOLE).law.document) != act, left_out.id


def test_the_base_holds_what_all_three_acts_have_and_no_more():
    shared = set.intersection(*({p.id for p in ACTS[x].provisions} for x in STATES.values()))
    assert {x.id for x in BASE.document.provisions} == shared


def test_an_override_of_what_the_base_has_not_is_refused(tmp_path):
    folder = tmp_path / FOLDER
    folder.mkdir()
    for path in (LIBRARY / FOLDER).iterdir():
        text = path.read_text().replace("clock: incident\n", "clock: incidents\n")
        (folder / path.name).write_text(text)
    with pytest.raises(Problems) as caught:
        load_state("us-ca", tmp_path)
    assert [x.code for x in caught.value.errors] == ["overlay.dangling-reference"]
