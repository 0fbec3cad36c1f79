"""Import and validate OSCAL files with compliance-trestle, in an environment that has it.

    python oscal_peer.py WORKSPACE FILE...

Prints, for each file, whether trestle took it, as JSON; for a profile, the controls that trestle
resolves it to, with their parts that came from the profile. The file's name must not begin with
trestle_: trestle takes such a module for a plug-in.
"""

import contextlib
import json
import os
import sys
from pathlib import Path

from trestle import cli
from trestle.core.profile_resolver import ProfileResolver

FOLDERS = {
    "catalog": "catalogs",
    "profile": "profiles",
    "mapping-collection": "mapping-collections",
    "assessment-results": "assessment-results",
}


def run(*arguments):
    """Run a command of trestle in this process and return its exit code."""
    sys.argv = ["trestle", *arguments]
    try:
        return cli.Trestle().run()
    except SystemExit as stopped:
        return stopped.code


def resolve(root, name):
    """Return the controls that a profile selects, each with what the profile added."""
    path = root / "profiles" / name / "profile.json"
    catalogue = ProfileResolver.get_resolved_profile_catalog(root, path)
    controls = [c for group in catalogue.groups for c in group.controls or ()]
    return {c.id: sum(p.name == "overlay" for p in c.parts) for c in controls}


def main(root, files):
    """Check the files in a new workspace of trestle."""
    root.mkdir(parents=True)
    os.chdir(root)
    found = {}
    with contextlib.redirect_stdout(sys.stderr):
        run("init")
        for file in files:
            (model,) = json.loads(file.read_bytes())
            name = file.name.split(".")[0]
            taken = run("import", "-f", str(file), "-o", name) == 0
            valid = taken and run("validate", "-t", model, "-n", name) == 0
            found[file.name] = {"valid": valid}
            if valid and model == "profile":
                found[file.name]["resolved"] = resolve(root, name)
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(x) for x in sys.argv[2:]])
