"""The acts of three states as one model: what they have in common, and an overlay for each state.

The acts are near copies; what differs is small and stands at the edges. As one model with
overrides the differences are data that can be read, instead of three files that look the same.
"""

from datetime import date
from pathlib import Path

from ifthen.conformance.instrument import Instrument
from ifthen.conformance.overlay import Overlay
from ifthen.conformance.overlaying import check_overlay, lay_over
from ifthen.encoding.document import Loaded
from ifthen.errors import Problems
from ifthen.workspace.instruments import load_instrument, load_layer
from ifthen.workspace.library import LIBRARY

FOLDER = "state_model"
BASE = "us-states"
STATES = {"us-ca": "ca-sb53", "us-ny": "ny-raise", "us-il": "il-430-ilcs-185"}
"""States of the model, each with the id of the instrument file of its act."""
WHOLE = date(2028, 1, 1)
"""A day on which every change of every state works."""


def load_base(root: Path = LIBRARY) -> Loaded[Instrument]:
    """Return what the three acts have in common.

    Raises:
        Problems: every fault of the file, with its place.
    """
    return load_instrument(str(root / FOLDER / f"{BASE}.yaml"))


def load_state(state: str, root: Path = LIBRARY) -> Loaded[Overlay]:
    """Return what a state, such as us-ca, has otherwise or has alone.

    Raises:
        Problems: every fault of the file, and every name in it that is not in the base.
        Error: ``file.*``.
    """
    path = root / FOLDER / f"{BASE}--{state}.yaml"
    loaded = load_layer(str(path), "overlays", Overlay, root)
    faults = list(check_overlay(loaded, [load_base(root).document]))
    if faults:
        raise Problems(faults)
    return loaded


def make_state(state: str, root: Path = LIBRARY) -> Instrument:
    """Return the act of a state as the model gives it: the base under the state's overlay.

    Raises:
        Problems: every fault of the files.
        Error: ``overlay.conflict``, ``file.*``.
    """
    return lay_over(load_base(root), [load_state(state, root)], WHOLE).law.document
