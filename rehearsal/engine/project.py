"""A Pulumi project on disk: `Pulumi.yaml` and one `Pulumi.<stack>.yaml` for each stack."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from rehearsal.engine.errors import InputError
from rehearsal.engine.passphrase import Crypter


@dataclass(frozen=True, slots=True)
class Project:
    """One stack of a project, as the engine needs it.

    `config` holds full keys (`<namespace>:<key>`) and text values, structured ones as JSON, which is how the SDK reads them;
    `secret_keys` are those whose value must be marked secret.
    """

    root: Path
    name: str
    main: Path
    stack: str
    config: Mapping[str, str]
    secret_keys: frozenset[str]
    salt: str | None

    @classmethod
    def load(cls, root: Path, stack: str, passphrase: str | None = "") -> Project:
        """Read a stack's files. `passphrase` opens `secure` values, if there are any; with None they are left out.

        Raises `InputError` for a missing project, an unknown stack (listing the known ones) and malformed YAML.
        """
        root = root.resolve()
        project = _read_yaml(root / "Pulumi.yaml", f"{root} holds no Pulumi project: run this in the project's folder")
        path = root / f"Pulumi.{stack}.yaml"
        known = ", ".join(sorted(f.name.split(".")[1] for f in root.glob("Pulumi.*.yaml"))) or "none"
        settings = _read_yaml(path, f"there is no stack {stack!r}: {path.name} is missing; known stacks: {known}")
        name = project.get("name")
        if not isinstance(name, str):
            raise InputError(f"{root / 'Pulumi.yaml'}: `name` is missing")
        salt = settings.get("encryptionsalt")
        config, secret_keys = _config(settings.get("config") or {}, salt, passphrase)
        return cls(root, name, root / project.get("main", "."), stack, config, secret_keys, salt)

    def overlaid(self, values: Mapping[str, Any], secret_keys: frozenset[str] = frozenset()) -> Project:
        """The same stack with some config values replaced; structured values are given as Python objects."""
        config = {**self.config, **{key: _text(value) for key, value in values.items()}}
        return replace(self, config=config, secret_keys=self.secret_keys | secret_keys)


def _read_yaml(path: Path, missing: str) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(missing) from error
    except yaml.YAMLError as error:
        raise InputError(f"{path} is not valid YAML: {' '.join(str(error).split())}") from error
    if document is not None and not isinstance(document, dict):
        raise InputError(f"{path} must be a mapping, it is a {type(document).__name__}")
    return document or {}


def _config(raw: Mapping[str, Any], salt: str | None, passphrase: str | None) -> tuple[dict[str, str], frozenset[str]]:
    config: dict[str, str] = {}
    secret_keys: set[str] = set()
    crypter: Crypter | None = None

    def reveal(value: Any, key: str) -> Any:
        nonlocal crypter
        if isinstance(value, dict):
            if set(value) == {"secure"}:
                if passphrase is None:
                    return None
                crypter = crypter or Crypter(passphrase, salt)
                secret_keys.add(key)
                return crypter.decrypt(value["secure"])
            return {name: reveal(item, key) for name, item in value.items()}
        return [reveal(item, key) for item in value] if isinstance(value, list) else value

    for key, value in raw.items():
        revealed = reveal(value, key)
        if revealed is not None:
            config[key] = _text(revealed)
    return config, frozenset(secret_keys)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
