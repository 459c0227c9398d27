"""Write docs/models.schema.json from the classes that read models.json; a test tells when it is out of date."""

import json
from pathlib import Path

from nodegraph.runtime.catalog.json_schema import json_schema

PATH = Path(__file__).parent.parent / "docs" / "models.schema.json"


def main() -> None:
    PATH.write_text(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"wrote {PATH.name}")


if __name__ == "__main__":
    main()
