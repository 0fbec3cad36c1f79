"""What a page holds, read with the standard library's HTML parser."""

from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "img", "input", "link"}
DRAWN = {"circle", "path", "rect", "line"}


class Page(HTMLParser):
    """The elements of a page, its visible text, and faults in its structure."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.by_id: dict[str, list[str]] = {}
        self.headings: list[int] = []
        self.faults: list[str] = []
        self._open: list[tuple[str, str | None]] = []
        self.feed(html)
        self.close()
        if self._open:
            self.faults.append(f"not closed: {self._open}")

    @property
    def ids(self) -> list[str]:
        return [id for _, attrs in self.elements if (id := attrs.get("id"))]

    @property
    def text(self) -> str:
        """Visible text; runs of space count as one, as in a browser."""
        return " ".join(" ".join(self.texts).split())

    def text_of(self, id: str) -> str:
        return "".join(self.by_id[id])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if len(found) != len(attrs):
            self.faults.append(f"attribute twice in <{tag}>")
        self.elements.append((tag, found))
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self._open.append((tag, found.get("id")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            self.faults.append(f"</{tag}> closes {self._open[-1:]}")
        else:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        for _, id in self._open:
            if id is not None:
                self.by_id.setdefault(id, []).append(data)
        if not {"script", "style"} & {tag for tag, _ in self._open}:
            self.texts.append(data)
