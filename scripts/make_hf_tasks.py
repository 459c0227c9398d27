"""Write what the Hugging Face server's tasks take and give, for the catalogue; a test tells when it is out of date."""

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PATH = ROOT / "nodegraph" / "runtime" / "huggingface" / "tasks.json"
FACTS = ("title", "description", "inputs", "outputs", "parameters")


def described() -> dict[str, Any]:
    """Every task of models/hf as its server describes it, and whether it keeps files (`cache`)."""
    sys.path[:0] = [str(ROOT / "models" / "kit"), str(ROOT / "models" / "hf")]
    server, kit = import_module("hf_tasks"), import_module("nodegraph_kit.describe")
    said = {task: kit.describe(server.command_for(task), "ready", "") for task in server.TASKS}
    return {
        task: {name: one[name] for name in FACTS} | {"cache": bool(server.class_of(task).faster)}
        for task, one in said.items()
    }


def main() -> None:
    PATH.write_text(json.dumps(described(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"wrote {PATH.name}")


if __name__ == "__main__":
    main()
