"""Where a judged value is decided: the file and line of a setting, or the file of the program."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from policies.catalogue.model import Rule

_NAMESPACE: Final = "brightbroom-infra"


class Locations:
    """The sources of all rules in the settings files of one folder."""

    def __init__(self, settings: Path) -> None:
        self._settings = settings
        self._trees: dict[str, yaml.Node | None] = {}
        self._found: dict[tuple[str, str], dict[str, Any]] = {}

    def of(self, rule: Rule, stack: str, kind: str = "") -> dict[str, Any]:
        """`file`, `line` and `key` of a rule's source in a stack, for a type of resource; only what is there, empty where nothing
        is."""
        source = rule.source_of(kind)
        if (asked := (stack, source)) not in self._found:
            self._found[asked] = self._locate(stack, source) if source else {}
        return self._found[asked]

    def _locate(self, stack: str, source: str) -> dict[str, Any]:
        if "/" in source:
            return {"file": source} if (self._settings / source).is_file() else {}
        file = f"Pulumi.{stack}.yaml"
        tree = self._tree(file)
        if tree is None:
            return {}
        area, *deeper = source.split(".")
        line = _line(tree, ["config", f"{_NAMESPACE}:{area}", *deeper])
        return {"file": file, "key": source, **({"line": line} if line else {})}

    def _tree(self, file: str) -> yaml.Node | None:
        if file not in self._trees:
            try:
                text = (self._settings / file).read_text(encoding="utf-8")
                self._trees[file] = yaml.compose(text, Loader=yaml.SafeLoader)
            except (OSError, UnicodeDecodeError, yaml.YAMLError):
                self._trees[file] = None
        return self._trees[file]


def _line(node: yaml.Node, path: list[str]) -> int:
    """The line of the deepest part of a path that is written down; 0 where not even the area is."""
    line = 0
    for depth, wanted in enumerate(path):
        found = _child(node, wanted)
        if found is None:
            break
        key, node = found
        line = key.start_mark.line + 1 if depth else 0
    return line


def _child(node: yaml.Node, wanted: str) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == wanted), None)
    if isinstance(node, yaml.SequenceNode) and wanted.isdigit() and int(wanted) < len(node.value):
        item = node.value[int(wanted)]
        return item, item
    return None
