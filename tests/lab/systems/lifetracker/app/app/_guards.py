"""What must be so wherever this code runs."""

import ast
import sys
from pathlib import Path

HOME = Path(__file__).parent.parent
VERBS = tuple(f"{verb} " for verb in ("SELECT", "INSERT INTO", "UPDATE", "DELETE FROM"))


def check() -> None:
    """SystemExit with the reason where something is not so."""
    if Path(sys.prefix) != HOME / ".venv":
        raise SystemExit(f"GUARDS: this is not the Python of {HOME / '.venv'}")
    for file in (HOME / "app").rglob("*.py"):
        if "repositories" not in file.parts and _has_sql(file):
            raise SystemExit(f"GUARDS: SQL in {file.relative_to(HOME)}")


def _has_sql(file: Path) -> bool:
    texts = (node.value for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Constant))
    return any(isinstance(text, str) and len(text) > 12 and text.lstrip().startswith(VERBS) for text in texts)
