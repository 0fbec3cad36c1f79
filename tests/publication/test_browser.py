"""The page in a real browser: nothing overflows, nothing is refused, nothing is fetched."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ifthen.publication.report import format_report

from .decisions import make_decision, make_second

BROWSER = next(
    (
        found
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (found := shutil.which(name))
    ),
    None,
)

pytestmark = pytest.mark.skipif(
    BROWSER is None, reason="no chromium on this machine: the page is not rendered here"
)

PROBE = """<!DOCTYPE html><body style="margin:0"><iframe id="f" width="{width}" height="4000"
 style="border:0" src="{page}"></iframe><pre id="found"></pre><script>
document.getElementById("f").onload = () => {{
  const page = document.getElementById("f").contentDocument;
  const wide = [...page.querySelectorAll("body *")].filter(
    e => !e.closest("script, thead, desc") && e.getBoundingClientRect().right > {width} + 0.5);
  const cut = [...page.querySelectorAll("text")].filter(
    e => e.getBoundingClientRect().right > e.closest("svg").getBoundingClientRect().right + 0.5);
  document.getElementById("found").textContent = JSON.stringify({{
    width: page.documentElement.scrollWidth, inner: page.documentElement.clientWidth,
    wide: wide.map(e => e.tagName + "." + e.className), cut: cut.map(e => e.textContent),
    styled: getComputedStyle(page.querySelector(".gate")).display,
    drawn: page.querySelectorAll("svg.figure .interval").length,
  }});
}};</script>"""


def run_browser(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            str(BROWSER),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            f"--user-data-dir={tmp_path / 'profile'}",
            *arguments,
        ],
        capture_output=True,
        text=True,
        timeout=90,
        check=True,
        env=os.environ | {"HOME": str(tmp_path)},
    )


@pytest.mark.parametrize("width", [360, 768, 1200])
def test_nothing_overflows(width: int, tmp_path: Path) -> None:
    html = format_report([make_decision(hypothetical=True), make_second()])
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    (tmp_path / "probe.html").write_text(PROBE.format(width=width, page="page.html"))
    made = run_browser(
        tmp_path,
        "--allow-file-access-from-files",
        "--virtual-time-budget=5000",
        f"--window-size={width + 100},2000",
        "--dump-dom",
        (tmp_path / "probe.html").as_uri(),
    )
    found = json.loads(re.search(r'<pre id="found">(.*?)</pre>', made.stdout, re.S)[1])
    assert found["width"] <= found["inner"]
    assert found["wide"] == []
    assert found["cut"] == []
    assert found["styled"] == "grid"
    assert found["drawn"] == 10


def test_the_console_is_silent(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(format_report([make_decision()]), encoding="utf-8")
    made = run_browser(tmp_path, "--enable-logging=stderr", "--dump-dom", page.as_uri())
    assert "UNDETERMINED" in made.stdout
    assert [line for line in made.stderr.splitlines() if "CONSOLE" in line] == []
