"""Checks an evidence folder offline: what is missing, added or altered in it, and whose it is.

The hash of the last manifest, the head, stands for the whole chain: who noted it down elsewhere also sees when the last runs
were taken away or all was made anew.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from audit import chain, signing
from audit.canonical import dumps
from audit.chain import MANIFEST, RECORD, name_of
from audit.errors import AuditError
from policies.catalogue.model import Outcome

_SIGNATURES: Final[Mapping[str, str | None]] = {
    signing.ALGORITHM: signing.SIGNATURE,
    "sigstore": signing.BUNDLE,
    "none": None,
}
"""The file that holds the signature, by what the manifest says of it."""


@dataclass(slots=True)
class Verification:
    """What was found. `head` is the hash of the last manifest, `notes` what a reader must know even where nothing is wrong."""

    runs: int = 0
    head: str = ""
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def verify(folder: Path, public_keys: Sequence[Ed25519PublicKey] = (), expect_head: str | None = None) -> Verification:
    """Check every file of every run. With keys, every run must be signed by one of them; without, the stored keys are used,
    which shows that a run is whole but not who made it. Raises `AuditError` where there is no folder, or one that cannot be
    read, and never for what it holds."""
    try:
        if not folder.is_dir():
            raise AuditError(f"{folder} is no folder: give the one that `brightbroom audit --evidence DIR` wrote to")
        found = _verified(folder, public_keys)
    except OSError as error:
        raise AuditError(f"{error.filename} cannot be read: {error.strerror}") from None
    if expect_head is not None and expect_head.lower() != found.head:
        found.problems.append(
            f"the head is {found.head or 'missing'}, expected was {expect_head}: runs were taken away, added or made anew"
        )
    found.problems = [_printable(problem) for problem in found.problems]
    return found


def _verified(folder: Path, public_keys: Sequence[Ed25519PublicKey]) -> Verification:
    found = Verification()
    runs = chain.numbers(folder)
    found.runs = len(runs)
    found.problems += _strangers(folder)
    found.problems += _gaps(runs)
    before = (0, "")
    for number in runs:
        check = _Run(folder / name_of(number), number, {signing.key_id(key): key for key in public_keys})
        found.problems += [f"{name_of(number)}/{problem}" for problem in check.problems(before)]
        found.notes += [note for note in check.notes if note not in found.notes]
        before = (number, chain.digest(check.manifest))
    found.head = before[1]
    return found


def _printable(text: str) -> str:
    """The text on one line, with what no terminal shows, or takes, written out: names of files may hold anything."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def _strangers(folder: Path) -> Iterator[str]:
    for entry in sorted(folder.iterdir()):
        if entry.name == chain.LOCK and _content(entry) == b"":
            continue
        if entry.name.startswith(chain.LEFTOVER):
            yield f"{entry.name} is left of a run that was ended; the next run takes it away"
        elif entry.is_symlink() or not entry.is_dir() or not chain.is_run(entry.name):
            yield f"{entry.name} is no run of this chain"


def _gaps(runs: Sequence[int]) -> Iterator[str]:
    if not runs:
        yield "there is no run in this folder"
    for expected, number in zip((1, *(n + 1 for n in runs)), runs, strict=False):
        if number != expected:
            upto = f" to {name_of(number - 1)}" if number - 1 > expected else ""
            yield f"{name_of(expected)}{upto} is missing: run numbers go from 1 without gaps"


class _Run:
    """One run of a chain."""

    def __init__(self, folder: Path, number: int, keys: Mapping[str, Ed25519PublicKey]) -> None:
        self._folder = folder
        self._number = number
        self._keys = keys
        self.notes: list[str] = []
        self._odd: list[str] = []
        self._files: dict[str, bytes] = {}
        for entry in sorted(folder.iterdir()):
            content = _content(entry)
            if content is None:
                self._odd.append(entry.name)
            else:
                self._files[entry.name] = content
        self.manifest = self._files.get(MANIFEST, b"")

    def problems(self, before: tuple[int, str]) -> Iterator[str]:
        """All that is wrong, each beginning with the name of the file."""
        yield from (f"{name} is no file that can be read" for name in self._odd)
        if not self.manifest:
            yield f"{MANIFEST} is missing or empty: nothing else in this run can be checked"
            return
        manifest = _canonical(self.manifest)
        if not _is_manifest(manifest):
            yield f"{MANIFEST} was altered: it is no manifest as this tool writes them"
            return
        if manifest["number"] != self._number:
            yield f"{MANIFEST} is of {_run(manifest['number'])}: folders were exchanged or renamed"
        yield from _link(manifest["previous"], before)
        yield from self._contents(manifest)
        yield from self._signature(manifest["signing"])
        yield from self._record(manifest["previous"])

    def _contents(self, manifest: Mapping[str, Any]) -> Iterator[str]:
        listed = manifest["files"]
        signature = _SIGNATURES[manifest["signing"]]
        for name in sorted(set(self._files) - set(listed) - {MANIFEST, signature}):
            yield f"{name} is not listed in the manifest: it was added"
        for name, entry in sorted(listed.items()):
            content = self._files.get(name)
            if content is None:
                yield f"{name} is missing"
            elif entry != {"sha256": chain.digest(content), "size": len(content)}:
                size = "" if entry.get("size") == len(content) else f"; it has {len(content)} bytes"
                yield f"{name} was altered: its hash is not that in {name_of(self._number)}/{MANIFEST}{size}"

    def _signature(self, kind: str) -> Iterator[str]:
        file = _SIGNATURES[kind]
        if self._keys and kind != signing.ALGORITHM:
            how = "signed keyless" if file else "not signed"
            yield f"{MANIFEST} is {how}, and a key was given that all runs are to be signed by"
        if file is None:
            self.notes.append("unsigned runs: whoever can write this folder can make them anew")
        elif file not in self._files:
            yield f"{file} is missing"
        elif kind == signing.ALGORITHM:
            yield from self._misfit(file, signing.fault(self.manifest, self._files[file], self._keys or self._stored()))
        else:
            yield from self._misfit(file, signing.bundle_fault(self.manifest, self._files[file]))
            self.notes.append(
                f"keyless runs: who signed is for `cosign verify-blob --bundle {signing.BUNDLE} "
                f"--certificate-identity … --certificate-oidc-issuer … {MANIFEST}` to say"
            )

    def _misfit(self, file: str, wrong: str) -> Iterator[str]:
        if wrong == signing.MISFIT:
            yield f"{file} {wrong}, {name_of(self._number)}/{MANIFEST} or the signature"
        elif wrong:
            yield f"{file} {wrong}"

    def _stored(self) -> Mapping[str, Ed25519PublicKey]:
        try:
            key = signing.public_key(self._files.get(signing.PUBLIC_KEY, b""), signing.PUBLIC_KEY)
        except AuditError:
            return {}
        name = signing.key_id(key)
        self.notes.append(
            f"the key {name[:16]}… is not trusted: it lies in the folder; give the one you know with --public-key"
        )
        return {name: key}

    def _record(self, previous: Mapping[str, Any]) -> Iterator[str]:
        try:
            record = json.loads(self._files.get(RECORD, b""))
            if record["run"]["number"] != self._number:
                yield f"{RECORD} says it is {_run(record['run']['number'])}"
            if record["previous"] != previous:
                yield f"{RECORD} names another run before than its manifest"
            if not _adds_up(record):
                yield f"{RECORD} has counts that do not add up"
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            yield f"{RECORD} is no evidence record as this tool writes them"


def _run(number: Any) -> str:
    return f"run {number}" if type(number) is int else "a run without a number"


def _content(entry: Path) -> bytes | None:
    if entry.is_symlink() or not entry.is_file():
        return None
    try:
        return entry.read_bytes()
    except OSError:
        return None


def _canonical(content: bytes) -> Any:
    """A document that is canonical JSON; None for any other."""
    try:
        document = json.loads(content)
        return document if dumps(document) == content else None
    except (ValueError, TypeError, RecursionError):
        return None


def _is_manifest(document: Any) -> bool:
    return (
        isinstance(document, dict)
        and document.keys() == {"format", "number", "previous", "signing", "files"}
        and document["format"] == chain.FORMAT
        and type(document["number"]) is int
        and document["signing"] in list(_SIGNATURES)
        and isinstance(document["previous"], dict)
        and isinstance(document["files"], dict)
        and all(isinstance(entry, dict) for entry in document["files"].values())
        and RECORD in document["files"]
    )


def _link(previous: Mapping[str, Any], before: tuple[int, str]) -> Iterator[str]:
    if previous != {"number": before[0], "sha256": before[1]}:
        named = name_of(before[0]) if before[0] else "no run"
        yield f"{MANIFEST} does not follow {named} as it is now: one of them was altered, taken away or exchanged"


def _adds_up(record: Mapping[str, Any]) -> bool:
    counts = record["counts"]
    told = Counter(row["outcome"] for row in record["results"])
    told[Outcome.NOT_APPLICABLE.value] += sum(row["count"] for row in record["otherTypes"])
    by_stack = Counter(item["stack"] for item in record["population"])
    expected = sum(by_stack[stack] * len(settings) for stack, settings in record["settings"].items())
    return bool(
        counts["addsUp"] is True
        and {outcome.value: told[outcome.value] for outcome in Outcome} == counts["total"]
        and sum(counts["total"].values()) == counts["expected"] == expected
        and len(record["population"]) == counts["resources"]
    )
