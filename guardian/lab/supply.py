"""What a release is made of: adds the models to a list of parts (SBOM), and reads what an audit of the parts says.

`python -m guardian.lab.supply sbom FILE` and `... audit FILE`, as script/sbom and script/audit do. Standard library
only, because neither has the appliance's environment.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from guardian import __version__

MODELS = Path(__file__).resolve().parent.parent.parent / "models"
SUMS = "SHA256SUMS"
VULNERABLE, NOT_TRIED = 1, 77
Document = dict[str, Any]


def with_models(bom: Mapping[str, Any], models: Path = MODELS) -> Document:
    """Return a CycloneDX document with our version, and each model that SHA256SUMS in `models` lists as a component.

    Raises OSError where that file cannot be read.
    """
    listed = [line.split("  ", 1) for line in (models / SUMS).read_text(encoding="ascii").splitlines()]
    parts = [_model(name, digest) for digest, name in sorted(listed, key=lambda each: each[1])]
    root = {**bom["metadata"]["component"], "version": __version__}
    return {
        **bom,
        "metadata": {**bom["metadata"], "component": root},
        "components": [*bom["components"], *parts],
        "dependencies": [*bom["dependencies"], *({"ref": part["bom-ref"]} for part in parts)],
    }


def _model(name: str, digest: str) -> Document:
    return {
        "type": "machine-learning-model",
        "bom-ref": f"model-{name}",
        "name": name,
        "version": digest[:12],
        "hashes": [{"alg": "SHA-256", "content": digest}],
    }


def verdict(report: Mapping[str, Any]) -> tuple[int, str]:
    """Return the exit code and the words for a report of pip-audit (its JSON): 0 where every part was looked up and
    none is known to be vulnerable; 1 where one is, or some could not be looked up; 77 where none could.
    """
    parts = report["dependencies"]
    tried = [part for part in parts if "skip_reason" not in part]
    if not tried:
        return NOT_TRIED, f"none of {len(parts)} parts could be looked up: no service of advisories is reachable"
    known = [
        f"{part['name']} {part['version']}: {found['id']}, mended in {', '.join(found['fix_versions']) or 'none yet'}"
        for part in tried
        for found in part["vulns"]
    ]
    missed = [part["name"] for part in parts if "skip_reason" in part]
    lines = [*known, *(f"{name}: could not be looked up" for name in missed)]
    return int(bool(lines)) * VULNERABLE, "\n".join([*lines, f"{len(tried)} of {len(parts)} parts looked up"])


def main(what: str, path: Path) -> int:
    """Complete a list of parts, or tell what an audit says, from a file; return the exit code."""
    document = json.loads(path.read_text(encoding="utf-8"))
    if what == "audit":
        code, words = verdict(document)
        print(words)
        return code
    path.write_text(json.dumps(with_models(document), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
