"""``python -m benchmarks [--only NAME]``: run them, print one table, and merge the figures into out/bench.json."""

import argparse
import importlib
import json
import operator
import os
import pkgutil
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

import benchmarks
from benchmarks import Result

OUT = Path("out/bench.json")
_COMPARE = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}


def met(value: float, target: str) -> bool | None:
    """Whether `value` reaches a target like ``<= 15``; None without a target."""
    if not target:
        return None
    sign, number = target.split(maxsplit=1)
    return bool(_COMPARE[sign](value, float(number.split()[0])))


def merge(path: Path, results: list[Result]) -> dict[str, Any]:
    """Put the figures into the JSON file at `path`, keeping those of other parts; written in one step."""
    figures: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    for result in results:
        entry: dict[str, Any] = {key: value for key, value in result.items() if key != "name"}
        entry["value"] = float(result["value"])  # not numpy's, which JSON does not know
        figures[result["name"]] = entry | {
            "spread": result.get("spread", ""),
            "met": met(result["value"], result["target"]),
        }
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".json", delete=False) as file:
        json.dump(figures, file, indent=2, sort_keys=True)
    os.replace(file.name, path)
    return figures


def table(results: list[Result]) -> Table:
    """The figures as a table for people."""
    grid = Table("benchmark", "value", "spread", "target", "", "note")
    words = {True: "[green]met", False: "[red]missed", None: ""}
    for result in results:
        value = f"{result['value']:.4g} {result['unit']}".strip()
        verdict = words[met(result["value"], result["target"])]
        grid.add_row(result["name"], value, result.get("spread", ""), result["target"], verdict, result.get("note", ""))
    return grid


def main() -> None:
    """Run every benchmark module, or the one named."""
    names = [module.name for module in pkgutil.iter_modules(benchmarks.__path__) if not module.name.startswith("_")]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure; results go to out/bench.json.")
    parser.add_argument("--only", choices=names, help="run one part")
    only = parser.parse_args().only
    console = Console()
    results: list[Result] = []
    for name in [only] if only else names:
        module = importlib.import_module(f"benchmarks.{name}")
        if not hasattr(module, "run"):
            continue
        console.print(f"[dim]{name} ...")
        results += module.run()
        merge(OUT, results)
    console.print(table(results))
    console.print(f"{len(results)} figures in {OUT}")


if __name__ == "__main__":
    main()
