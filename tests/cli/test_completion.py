"""``ifthen completion``."""

import pytest


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_completes_the_program(shell, ifthen, monkeypatch):
    monkeypatch.setattr("click.shell_completion.BashComplete._check_version", lambda *_: None)
    result = ifthen("completion", shell)
    assert (result.code, result.err) == (0, "")
    assert "_IFTHEN_COMPLETE" in result.out
    assert f"{shell}_complete" in result.out
    assert "ifthen" in result.out
