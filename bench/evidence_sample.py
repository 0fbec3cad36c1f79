"""Samples as inspect-ai 0.3.285 writes them: the fields, events and attachments of its real logs.

The layout was taken from logs that the library wrote with its mock model. The text is invented
words, so it is as hard to compress as text is and says nothing.
"""

import hashlib
import random
from dataclasses import dataclass, field
from typing import Any

MODEL = "mockllm/model"
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"  # of short UUIDs
_STARTS = (*"bcdfglmnprstv", "st", "tr")
_SYLLABLES = [start + vowel for start in _STARTS for vowel in "aeiou"]
_LONG = 100
"""Characters from which on text in events is an attachment."""
_CALLS = 5
"""Model events that hold the provider's request; later ones leave it out."""
_SUMMARY_TEXT = 1000
_TOOL = {
    "name": "bash",
    "description": "Run a command.",
    "parameters": {
        "type": "object",
        "properties": {"cmd": {"type": "string", "description": "the command"}},
        "required": ["cmd"],
        "additionalProperties": False,
    },
}
Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """What the samples of a log are like; lengths are in characters."""

    name: str
    samples: int
    question: int
    answer: int
    system: bool = False
    turns: int = 1
    tool_call: int = 0
    tool_result: int = 0
    flush: int = 10
    """Samples for each part of the journal."""


class Source:
    """A seeded source of text, ids and times."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)  # noqa: S311 - text of a benchmark
        draw = self.draw
        words = [
            "".join(draw.choices(_SYLLABLES, k=draw.choice((1, 2, 2, 3)))) for _ in range(6000)
        ]
        weights = [1 / (rank + 8) for rank in range(len(words))]  # as often as words of a language
        self._text = " ".join(draw.choices(words, weights, k=300_000))
        self._letters = "".join(draw.choices(_ALPHABET, k=2_000_000))
        self._letter = 0
        self._microseconds = 0

    def text(self, length: int) -> str:
        """Return text of that length."""
        start = self.draw.randrange(len(self._text) - length)
        return self._text[start : start + length]

    def listing(self, length: int) -> str:
        """Return lines of an id and some text, as tools print them, of about that length."""
        return "\n".join(f"{self.id()} {self.text(147)}" for _ in range(length // 171))

    def id(self) -> str:
        """Return a short UUID."""
        at = self._letter
        if at + 22 > len(self._letters):
            at = self.draw.randrange(21)  # another alignment, so no id comes twice
        self._letter = at + 22
        return self._letters[at : at + 22]

    def time(self) -> str:
        """Return the next moment."""
        self._microseconds += self.draw.randrange(100, 900)
        seconds, micro = divmod(self._microseconds, 1_000_000)
        minutes, second = divmod(seconds, 60)
        hour, minute = divmod(minutes, 60)
        return f"2026-11-23T{hour % 24:02}:{minute:02}:{second:02}.{micro:06}+00:00"

    def seconds(self) -> float:
        """Return a duration with the digits that a clock gives."""
        return self.draw.random()


@dataclass(slots=True)
class _Talk:
    """One sample while it is built."""

    source: Source
    messages: list[Json] = field(default_factory=list)
    events: list[Json] = field(default_factory=list)
    attachments: dict[str, str] = field(default_factory=dict)
    started: float = 0.0

    def attach(self, text: str) -> str:
        if len(text) <= _LONG:
            return text
        key = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        self.attachments[key] = text
        return f"attachment://{key}"

    def short(self, message: Json, *, everywhere: bool = True) -> Json:
        """Return a message with attachments for its long texts."""
        found = {**message, "content": self.attach(message["content"])}
        if everywhere and "tool_calls" in found:
            found["tool_calls"] = [
                {**call, "arguments": {"cmd": self.attach(call["arguments"]["cmd"])}}
                for call in found["tool_calls"]
            ]
        return found

    def event(self, kind: str, span: str, /, **fields: Any) -> None:
        self.started += self.source.seconds() / 1000
        self.events.append(
            {
                "uuid": self.source.id(),
                "span_id": span,
                "timestamp": self.source.time(),
                "working_start": self.started,
                "event": kind,
                **fields,
            }
        )

    def span(self, kind: str, name: str, parent: str | None = None) -> str:
        span = self.source.id()
        above = {} if parent is None else {"parent_id": parent}
        self.event("span_begin", span, id=span, **above, type=kind, name=name)
        return span

    def end(self, span: str) -> None:
        self.event("span_end", span, id=span)


def make_sample(shape: Shape, number: int, source: Source) -> Json:
    """Return a sample, as a JSON tree in the producer's order of fields."""
    identifier: int | str = number if shape.name == "small" else f"{shape.name}-{number}"
    target, group = f"{source.draw.randrange(1000)}", {"family": f"f{number % 20}"}
    question, passed = source.text(shape.question), source.draw.random() < 0.6
    talk = _Talk(source)
    began = source.time()
    if shape.system:
        talk.messages.append({"id": source.id(), "content": "Answer briefly.", "role": "system"})
    asked = {"id": source.id(), "content": question, "source": "input", "role": "user"}
    talk.messages.append(asked)
    _begin(talk, asked, {"target": target, "id": identifier, "metadata": group})
    output = _converse(shape, talk, target if passed else "none")
    usage = {MODEL: _usage(shape.turns)}
    text = output["completion"]
    value = {"value": "C" if passed else "I", "answer": text, "explanation": text, "history": []}
    _score(talk, value, target, usage)
    known = talk.messages[:-1]
    return {
        "id": identifier,
        "epoch": 1,
        "input": question,
        "target": target,
        "messages": talk.messages,
        "output": output,
        "scores": {"match": value},
        "metadata": group,
        "store": {},
        "events": talk.events,
        "model_usage": usage,
        "role_usage": {},
        "started_at": began,
        "completed_at": source.time(),
        "total_time": round(source.seconds(), 3),
        "working_time": round(source.seconds(), 3),
        "uuid": source.id(),
        "error_retries": [],
        "attachments": talk.attachments,
        "events_data": {
            "messages": [talk.short(message, everywhere=False) for message in known],
            "calls": [_call_message(talk, message) for message in known[: 2 * _CALLS]],
        },
        "turn_count": shape.turns,
    }


def summarize_sample(sample: Json) -> Json:
    """Return the summary of a sample; long text is cut as the producer does."""
    score = sample["scores"]["match"]
    names = ("model_usage", "role_usage", "started_at", "completed_at", "total_time")
    return {
        **{name: sample[name] for name in ("id", "epoch")},
        "input": _cut(sample["input"], 5120),
        "target": sample["target"],
        "metadata": sample["metadata"],
        "scores": {
            "match": {
                **score,
                "answer": _cut(score["answer"], _SUMMARY_TEXT),
                "explanation": _cut(score["explanation"], _SUMMARY_TEXT),
            }
        },
        **{name: sample[name] for name in (*names, "working_time", "uuid")},
        "retries": 0,
        "completed": True,
        "message_count": len(sample["messages"]),
        "turn_count": sample["turn_count"],
    }


def _begin(talk: _Talk, asked: Json, facts: Json) -> None:
    span = talk.span("init", "init")
    question, message = talk.attach(asked["content"]), talk.short(asked)
    empty = {"model": MODEL, "choices": [], "completion": ""}
    state: Json = {"messages": [message], "tools": [], "tool_choice": None, "store": {}}
    state |= {"output": empty, "completed": False, "metadata": facts["metadata"]}
    talk.event("sample_init", span, sample={"input": question, **facts}, state=state)
    talk.end(span)


def _converse(shape: Shape, talk: _Talk, last: str) -> Json:
    """Add the model's turns, and return the sample's output."""
    solvers = talk.span("solvers", "solvers")
    span = talk.span("solver", "generate", solvers)
    first = len(talk.messages)
    output: Json = {}
    for turn in range(shape.turns):
        final = turn == shape.turns - 1
        content = talk.source.text(shape.answer) + (f" {last}" if final else "")
        message: Json = {"id": talk.source.id(), "content": content, "source": "generate"}
        message["role"] = "assistant"
        if not final:
            message["tool_calls"] = [_tool_call(shape, talk)]
        message["model"] = MODEL
        output = _model_event(talk, span, message, turn, tools=shape.turns > 1)
        talk.messages.append(message)
        if not final:
            _use_tool(shape, talk, span, message["tool_calls"][0])
    changes = [
        {"op": "add", "path": f"/messages/{place}", "value": talk.short(message)}
        for place, message in enumerate(talk.messages)
        if place >= first
    ]
    text = talk.attach(output["completion"])
    parts = {"/usage": "usage", "/input_context_tokens": "input_context_tokens", "/time": "time"}
    changes += [
        {"op": "add", "path": f"/output{path}", "value": output[name]}
        for path, name in parts.items()
    ]
    choice = {**output["choices"][0], "message": talk.short(talk.messages[-1])}
    changes.append({"op": "add", "path": "/output/choices/0", "value": choice})
    changes.append({"op": "replace", "path": "/output/completion", "value": text, "replaced": ""})
    talk.event("state", span, changes=changes)
    talk.end(span)
    talk.end(solvers)
    return output


def _model_event(talk: _Talk, span: str, message: Json, turn: int, *, tools: bool) -> Json:
    stop = "tool_calls" if "tool_calls" in message else "stop"
    output = {
        "model": MODEL,
        "choices": [{"message": message, "stop_reason": stop}],
        "completion": message["content"],
        "usage": _usage(1),
        "input_context_tokens": 500,
        "time": talk.source.seconds() / 1000,
    }
    short = talk.short(message, everywhere=False)
    references = [[0, len(talk.messages)]]
    call: Json = {}
    if turn < _CALLS:
        call["call"] = {
            "request": {"model": "model"},
            "response": {"content": short["content"]},
            "call_refs": references,
            "call_key": "messages",
        }
    talk.event(
        "model",
        span,
        model=MODEL,
        input=[],
        input_refs=references,
        tools=[_TOOL] if tools else [],
        tool_choice="auto" if tools else "none",
        config={},
        output={**output, "choices": [{"message": short, "stop_reason": stop}]},
        **call,
        completed=talk.source.time(),
        working_time=output["time"],
    )
    return output


def _tool_call(shape: Shape, talk: _Talk) -> Json:
    bits = f"{talk.source.draw.getrandbits(128):032x}"
    uuid = "-".join((bits[:8], bits[8:12], bits[12:16], bits[16:20], bits[20:]))
    return {
        "id": f"for_tool_call_{uuid}",
        "function": "bash",
        "arguments": {"cmd": talk.source.text(shape.tool_call)},
        "type": "function",
    }


def _use_tool(shape: Shape, talk: _Talk, above: str, call: Json) -> None:
    result = {
        "id": talk.source.id(),
        "content": talk.source.listing(shape.tool_result),
        "role": "tool",
        "tool_call_id": call["id"],
        "function": "bash",
    }
    talk.messages.append(result)
    span = talk.span("tool", "bash", above)
    talk.event(
        "tool",
        above,
        type="function",
        id=call["id"],
        function="bash",
        arguments={"cmd": talk.attach(call["arguments"]["cmd"])},
        result=result["content"],
        events=[],
        completed=talk.source.time(),
        working_time=talk.source.seconds() / 1000,
        message_id=result["id"],
    )
    talk.attach(result["content"])
    talk.end(span)


def _score(talk: _Talk, value: Json, target: str, usage: Json) -> None:
    above = talk.span("scorers", "scorers")
    span = talk.span("scorer", "match", above)
    fields = {"score": value, "target": target, "intermediate": False, "scorer": "match"}
    talk.event("score", span, **fields, scorer_args={}, model_usage=usage)
    talk.end(span)
    talk.end(above)


def _call_message(talk: _Talk, message: Json) -> Json:
    return {"source": None, "metadata": None, **talk.short(message)}


def _usage(turns: int) -> Json:
    return {
        "input_tokens": 500 * turns,
        "output_tokens": 120 * turns,
        "total_tokens": 620 * turns,
    }


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 3] + "..."
