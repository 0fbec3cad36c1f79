"""The document of a series: what models of several generations reached, and how it was measured.

The numbers are statements of their sources. Whether they may be compared with each other is said
point by point: version and subset of the benchmark, scaffold, number of questions.
"""

from typing import Final, Literal

from pydantic import Field, StrictBool, model_validator

from ifthen.encoding.document import Day, Document, Line, Part, Text

REQUIRED: Final = ("benchmark_version", "subset", "scaffold")
CONDITIONS: Final = (*REQUIRED, "n")
"""What has to be the same for two points to compare."""

Condition = Literal["benchmark_version", "subset", "scaffold", "n"]


class Point(Part):
    """What one model reached. Conditions that are absent are those of the series."""

    model: Line
    """Name of the model."""
    value: float = Field(ge=0)
    """Its score as a share from 0 to 1, or its time horizon in the series' unit."""
    released: Day | None = None
    """When it was released."""
    effective_compute: float | None = Field(default=None, gt=0)
    """Its effective compute in FLOP."""
    generation: Line | None = None
    """Which generation of models it belongs to."""
    benchmark_version: Line | None = None
    """Version of the benchmark."""
    subset: Line | None = None
    """Which part of the benchmark."""
    scaffold: Line | None = None
    """What the model worked in: agent, tools, prompting."""
    n: int | None = Field(default=None, ge=1)
    """How many questions."""
    left_out: Text | None = None
    """Why the point is shown but not used; absent: it is used."""


class Comparable(Part):
    """A condition that may change along the series: somebody says that the points still compare."""

    field: Condition
    """Which condition."""
    reason: Text
    """Why the points still compare."""


class Aim(Part):
    """A value to reach."""

    value: float = Field(gt=0)
    """Score as a share, or time in the series' unit."""
    label: Line | None = None
    """What it stands for."""


class Series(Document):
    """Capability over model generations, as published or measured."""

    kind: Literal["series"]
    title: Line
    """What the series is called where people read it."""
    measure: Literal["score", "time-horizon"]
    """Whether values are shares of a benchmark or human working times."""
    unit: Literal["seconds", "minutes", "hours"] | None = None
    """Unit of a time horizon."""
    floor: float = Field(default=0.0, ge=0, lt=1)
    """Share that guessing gives, for a score: 0.25 for four choices."""
    against: Literal["release-date", "effective-compute"] = "release-date"
    """What the values are drawn over."""
    best_at_release: StrictBool = False
    """Use only models that were the best of the series when released."""
    recent_from: Day | None = None
    """First day of the recent window; absent: the later half of the points, 5 at least."""
    benchmark_version: Line | None = None
    """Version of the benchmark, for points that state none."""
    subset: Line | None = None
    """Which part of the benchmark, for points that state none."""
    scaffold: Line | None = None
    """What the models worked in, for points that state none."""
    n: int | None = Field(default=None, ge=1)
    """How many questions, for points that state none."""
    comparable_despite: tuple[Comparable, ...] = ()
    """Conditions that may change along the series, each with the reason."""
    values: tuple[Aim, ...] = ()
    """Values whose crossing is of interest."""
    points: tuple[Point, ...] = Field(min_length=1, max_length=10_000)
    """What each model reached."""
    source: Text
    """Where the numbers come from."""

    @model_validator(mode="after")
    def _sound(self) -> "Series":
        if (self.unit is None) == (self.measure == "time-horizon"):
            raise ValueError("a time horizon has a unit, a score has none")
        if self.measure == "time-horizon" and self.floor:
            raise ValueError("a floor is what guessing gives of a score; a time has none")
        if self.recent_from is not None and self.against != "release-date":
            raise ValueError("recent_from is a day; this series is drawn over effective compute")
        seen: set[str] = set()
        for point in self.points:
            if point.model in seen:
                raise ValueError(f"model '{point.model}' has two points")
            seen.add(point.model)
            self._check_point(point)
        for aim in self.values:
            if self.measure == "score" and not self.floor < aim.value < 1:
                raise ValueError(
                    f"value {aim.value:g} is no share between the floor {self.floor:g} and 1"
                )
        return self

    def _check_point(self, point: Point) -> None:
        key = "released" if self.against == "release-date" else "effective_compute"
        if getattr(point, key) is None:
            raise ValueError(f"point '{point.model}' needs {key}: values are drawn over it")
        if self.measure == "score" and point.value > 1:
            raise ValueError(
                f"point '{point.model}' has {point.value:g}; a score is a share from 0 to 1"
            )
        for name in REQUIRED:
            if self.condition(point, name) is None:
                raise ValueError(f"point '{point.model}' has no {name}, and the series has none")

    def condition(self, point: Point, name: str) -> str | int | None:
        """Return how a point was measured: what it states, else what the series states."""
        own: str | int | None = getattr(point, name)
        inherited: str | int | None = getattr(self, name)
        return inherited if own is None else own
