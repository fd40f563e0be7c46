"""For developers, until the first release: `python -m migrations.draft` writes the migrations that create tables.

After a release a migration stays as it is, and a new one is written by hand.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from alembic.autogenerate import render_python_code
from alembic.operations.ops import CreateIndexOp, CreateTableOp, MigrateOperation, UpgradeOps
from sqlalchemy import Column, Constraint, Table

from migrations.schema import whole_schema

_HEAD = '''"""The tables of {package}, as migrations.draft wrote them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {previous}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward; there is no way back but a backup."""
'''

WHERE = {
    "receipts": "servicing.receipts",
    "decisions": "servicing.decisions",
    "merges": "servicing.debtors",
    "collecting": "servicing.collecting",
    "refunding": "servicing.refunding",
    "creditors": "servicing.creditors",
    "outbox": "letters.outbox",
    "prints": "letters.print_runs",
    "settlement": "servicing.settlement",
    "dunning": "servicing.dunning",
}
"""The package of a migration's tables, where its name is not the package."""


def draft(revision: str, package: str) -> str:
    """The text of a migration that creates the tables of one package, in the same order each time."""
    own = _tables_of(package)
    steps: list[MigrateOperation] = []
    for table in whole_schema().sorted_tables:
        if table in own:
            steps.append(_create(table))
            steps += [
                CreateIndexOp.from_index(index) for index in sorted(table.indexes, key=lambda i: str(i.name))
            ]
    previous = None if int(revision) == 1 else f'"{int(revision) - 1:04}"'
    lines = _with_conditions(render_python_code(UpgradeOps(steps)), own).splitlines()
    body = "\n".join(
        f"    {line.strip()}" for line in lines if line.strip()[:1] != "#" and "info=" not in line
    )
    return _HEAD.format(package=package, revision=revision, previous=previous) + body + "\n"


def _with_conditions(code: str, tables: Iterable[Table]) -> str:
    """Alembic forgets for which database alone a constraint is."""
    for table in tables:
        for constraint in table.constraints:
            if only := constraint.info.get("dialect"):
                end = f"name=op.f('{constraint.name}'))"
                code = code.replace(end, f"{end}.ddl_if(dialect='{only}')")
    return code


def _tables_of(package: str) -> set[Table]:
    module = importlib.import_module(f"{WHERE.get(package, package)}.tables")
    named = {value for value in vars(module).values() if isinstance(value, Table)}
    return named if package == "ledger" else named - _tables_of("ledger")


def _create(table: Table) -> CreateTableOp:
    step = CreateTableOp.from_table(table)
    columns = [item for item in step.columns if isinstance(item, Column)]
    constraints = [item for item in step.columns if isinstance(item, Constraint)]
    step.columns = [*columns, *sorted(constraints, key=lambda item: (type(item).__name__, str(item.name)))]
    return step


if __name__ == "__main__":
    for file in sorted((Path(__file__).parent / "versions").glob("0*.py")):
        file.write_text(draft(*file.stem.split("_")), encoding="utf-8")
    layout = [sys.executable, "-m", "ruff", "format", "-q", str(Path(__file__).parent)]
    subprocess.run(layout, check=True)  # noqa: S603 (our own formatter on our own folder)
