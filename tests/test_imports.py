"""Who may import whom, read from the sources themselves: a wrong direction fails here, not in a review."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

SOURCES = {
    "audit": ROOT / "audit",
    "benchmarks": ROOT / "benchmarks",
    "brightbroom": ROOT / "brightbroom",
    "infra": ROOT / "infra",
    "neon_provider": ROOT / "providers" / "neon" / "neon_provider",
    "operations": ROOT / "operations",
    "policies": ROOT / "policies",
    "pulumi_neon": ROOT / "sdks" / "neon" / "pulumi_neon",
    "rehearsal": ROOT / "rehearsal",
    "tests": ROOT / "tests",
}
"""Our packages and where they lie; one that is not there yet is passed over."""

ALLOWED: dict[str, tuple[str, ...]] = {
    "infra.__main__": ("infra.stack", "infra.settings", "infra.outputs"),
    "infra.stack": (
        "infra.app_variables",
        "infra.areas",
        "infra.components",
        "infra.providers",
        "infra.settings",
        "infra.outputs",
        "infra.vocabulary",
    ),
    "infra.app_variables": ("infra.components", "infra.settings", "infra.vocabulary"),
    "infra.areas": ("infra.components", "infra.names", "infra.settings"),
    "infra.components": ("infra.components", "infra.names", "infra.vocabulary", "pulumi_neon"),
    "infra.providers": ("infra.settings", "infra.vocabulary", "pulumi_neon"),
    "infra.settings": ("infra.settings", "infra.vocabulary"),
    "infra.names": ("infra.vocabulary",),
    "infra.outputs": ("infra.vocabulary",),
    "infra.vocabulary": (),
    "policies.__main__": ("policies.crossguard", "policies.catalogue", "policies.sharing"),
    "policies.sharing": (),
    "policies.crossguard": ("policies.catalogue",),
    "policies.catalogue": ("policies.catalogue",),
    "audit": ("audit", "policies.catalogue"),
    "neon_provider": ("neon_provider",),
    "pulumi_neon": ("pulumi_neon",),
    "rehearsal": ("rehearsal", "neon_provider"),
    "operations": (
        "operations",
        "neon_provider.client",
        "neon_provider.session",
        "neon_provider.models",
        "neon_provider.errors",
    ),
    "brightbroom": ("brightbroom", "rehearsal", "audit", "operations"),
    "benchmarks": ("audit", "benchmarks", "rehearsal", "brightbroom", "neon_provider"),
    "tests": tuple(SOURCES),
}
"""Module or package (the longest match counts) to what of ours it may import."""

EXCEPTIONS = {("brightbroom.needs", "infra.settings")}
"""The command line asks the settings which secrets and tokens a stack needs: one module, one import."""


def _module_name(package: str, file: Path) -> str:
    parts = file.relative_to(SOURCES[package]).with_suffix("").parts
    return ".".join((package, *(part for part in parts if part != "__init__")))


def _modules() -> dict[str, Path]:
    return {
        _module_name(package, file): file
        for package, folder in SOURCES.items()
        for file in sorted(folder.rglob("*.py"))
        if "__pycache__" not in file.parts
    }


MODULES = _modules()


def _imports(module: str, file: Path) -> Iterator[str]:
    """Every module a source file imports, at any depth; `from a import b` counts as `a.b` where that is a module."""
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"), str(file))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                anchor = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*anchor, base] if base else anchor)
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                yield inner if inner in MODULES else base


def _covers(prefix: str, module: str) -> bool:
    return module == prefix or module.startswith(f"{prefix}.")


def _rule(module: str) -> tuple[str, ...] | None:
    fits = [prefix for prefix in ALLOWED if _covers(prefix, module)]
    return ALLOWED[max(fits, key=len)] if fits else None


def _violations(module: str, imported: str) -> str:
    if imported.split(".")[0] not in SOURCES or module == imported or (module, imported) in EXCEPTIONS:
        return ""
    allowed = _rule(module)
    if allowed is None:
        return ""  # an `__init__` above the table's entries, judged by `test_package_roots_are_empty`
    return "" if any(_covers(prefix, imported) for prefix in allowed) else f"{module} imports {imported}"


def test_every_import_goes_in_an_allowed_direction() -> None:
    wrong = [
        problem
        for module, file in MODULES.items()
        for imported in _imports(module, file)
        if (problem := _violations(module, imported))
    ]
    assert wrong == []


def test_every_module_has_a_row_in_the_table() -> None:
    missing = [module for module in MODULES if "." in module and _rule(module) is None]
    assert missing == []


def test_package_roots_import_nothing_of_ours() -> None:
    """`infra` and `policies` have no row of their own: their `__init__` must not open a side door."""
    roots = [module for module in MODULES if _rule(module) is None]
    opened = {
        root: found
        for root in roots
        if (found := [name for name in _imports(root, MODULES[root]) if name.split(".")[0] in SOURCES])
    }
    assert opened == {}


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("policies.catalogue.headers", "infra.settings"),
        ("rehearsal.scenarios", "policies.catalogue.model"),
        ("infra.components.cache", "infra.settings"),
        ("brightbroom.cli", "infra.settings"),
        ("brightbroom.needs", "policies.catalogue.registry"),
        ("brightbroom.audit", "policies.catalogue.registry"),
        ("audit.state", "rehearsal.engine.state"),
        ("audit.locations", "infra.settings"),
        ("audit.session", "brightbroom.audit"),
        ("policies.catalogue.retention", "audit.retention"),
        ("operations.probe", "neon_provider.provider"),
        ("infra.settings", "rehearsal.engine"),
        ("neon_provider.client", "rehearsal.clouds.neon"),
    ],
)
def test_a_wrong_direction_is_seen(module: str, imported: str) -> None:
    assert _violations(module, imported) == f"{module} imports {imported}"


def test_relative_and_late_imports_are_seen(tmp_path: Path) -> None:
    file = tmp_path / "cache.py"
    file.write_text("def f():\n    from ..settings import Settings\n    import policies.catalogue\n", encoding="utf-8")
    assert list(_imports("infra.components.cache", file)) == ["infra.settings", "policies.catalogue"]
