"""``ifthen conform`` and ``ifthen instruments``."""

import json

FCF = "anthropic/frontier-compliance-framework@2"
DAY = ("--on", "2026-11-24")


def test_findings_per_provision(ifthen):
    result = ifthen("conform", "ca-sb53", FCF, *DAY)
    assert result.err == ""
    assert "no legal advice and no legal conclusion" in result.out
    assert "present  22757.12(a)  Framework for this law" in result.out
    data = json.loads(ifthen("conform", "ca-sb53", FCF, *DAY, "--json").out)
    states = {x["state"] for x in data["findings"]}
    assert result.code == (2 if states & {"absent", "inconsistent"} else 3)
    assert ifthen("conform", "ca-sb53", FCF, *DAY, "--exit-zero").code == 0


def test_instruments(ifthen):
    rows = json.loads(ifthen("instruments", "list", "--json").out)
    assert {"ca-sb53", "ny-raise", "il-430-ilcs-185"} <= {x["id"] for x in rows}
    assert "ca-sb53" in ifthen("instruments", "list").out
    assert "22757.13" in ifthen("instruments", "show", "ca-sb53").out
