"""Whoever alters, takes or adds a byte is found out, and the file is named."""

from __future__ import annotations

import base64
import errno
import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit import signing
from audit.canonical import dumps
from audit.chain import digest
from audit.errors import AuditError
from audit.signing import KeySigner, Signer
from audit.verify import Verification, verify
from tests.audit import chains
from tests.audit.chains import KEY, OTHER_KEY

PUBLIC = KEY.public_key()
SEED = 20261125
CHANGES = 240


def _untrusted(key: Ed25519PrivateKey) -> str:
    name = signing.key_id(key.public_key())[:16]
    return f"the key {name}… is not trusted: it lies in the folder; give the one you know with --public-key"


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chain of two signed runs with every format."""
    folder = tmp_path_factory.mktemp("chain")
    chains.chain(folder)
    return folder / "evidence"


@pytest.fixture
def evidence(stored: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return shutil.copytree(stored, tmp_path / "evidence")


def _head(folder: Path, number: int = 2) -> str:
    return digest((folder / f"{number:06}" / "manifest.json").read_bytes())


def _rewrite(path: Path, change: Callable[[Any], None]) -> None:
    document = json.loads(path.read_bytes())
    change(document)
    path.write_bytes(dumps(document))


def _sign_anew(run: Path, signer: Signer) -> None:
    """As an attacker with a key of his own would: every hash of the manifest is right again."""
    manifest = json.loads((run / "manifest.json").read_bytes())
    for name, content in signer.files().items():
        (run / name).write_bytes(content)
    for name in manifest["files"]:
        content = (run / name).read_bytes()
        manifest["files"][name] = {"sha256": digest(content), "size": len(content)}
    (run / "manifest.json").write_bytes(dumps(manifest))
    signer.sign(run / "manifest.json")


def test_a_chain_as_it_was_written_is_whole(stored: Path) -> None:
    found = verify(stored, [PUBLIC], _head(stored))
    assert found == Verification(runs=2, head=_head(stored))


def test_without_a_key_it_says_that_the_stored_one_is_not_trusted(stored: Path) -> None:
    assert verify(stored) == Verification(runs=2, head=_head(stored), notes=[_untrusted(KEY)])


class _Spoilable:
    """A folder in which one thing at a time is changed, and put back afterwards."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        self._times = {path: path.stat().st_mtime_ns for path in self._before}

    @contextmanager
    def spoilt(self, spoil: Callable[[random.Random, Path], str], chance: random.Random) -> Iterator[str]:
        """Gives the name of what was changed."""
        yield spoil(chance, self.folder)
        for path in self.folder.rglob("*"):
            if path.is_file() and path not in self._before:
                path.unlink()
        for path, content in self._before.items():
            if not path.is_file() or path.stat().st_mtime_ns != self._times[path]:
                path.write_bytes(content)
                self._times[path] = path.stat().st_mtime_ns


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.parent != folder)


def _flip(chance: random.Random, folder: Path) -> str:
    path = chance.choice(_files(folder))
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    return _named(path)


def _truncate(chance: random.Random, folder: Path) -> str:
    path = chance.choice(_files(folder))
    path.write_bytes(path.read_bytes()[: chance.randrange(path.stat().st_size)])
    return _named(path)


def _append(chance: random.Random, folder: Path) -> str:
    path = chance.choice(_files(folder))
    path.write_bytes(path.read_bytes() + chance.choice([b"\n", b" ", b"\0", b"x" * 100]))
    return _named(path)


def _delete(chance: random.Random, folder: Path) -> str:
    path = chance.choice(_files(folder))
    path.unlink()
    return _named(path)


def _add(chance: random.Random, folder: Path) -> str:
    place = chance.choice(["000001", "000002", "."])
    path = folder / place / f"added-{chance.randrange(100)}.json"
    path.write_bytes(chance.randbytes(chance.randrange(3)))
    return _named(path) if place != "." else path.name


def _swap(chance: random.Random, folder: Path) -> str:
    """Two files with different contents change places: in one run, or the same file of two runs."""
    path = chance.choice(_files(folder))
    others = [other for other in _files(folder) if other.read_bytes() != path.read_bytes()]
    near = [other for other in others if other.parent == path.parent or other.name == path.name]
    other = chance.choice(near)
    first, second = path.read_bytes(), other.read_bytes()
    path.write_bytes(second)
    other.write_bytes(first)
    return _named(path)


def _named(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


SPOIL = (_flip, _flip, _flip, _truncate, _append, _delete, _add, _swap)


@pytest.mark.parametrize("with_key", [True, False])
def test_every_random_change_is_found_and_its_file_named(stored: Path, tmp_path: Path, with_key: bool) -> None:
    """Seeded; byte flips, truncations, additions, deletions and swaps over both runs. The stored public key is enough to find
    them: it is covered by the manifest, and the manifest by the signature."""
    folder = shutil.copytree(stored, tmp_path / "evidence")
    evidence = _Spoilable(folder)
    chance = random.Random(SEED + with_key)
    keys = [PUBLIC] if with_key else []
    missed = []
    for number in range(CHANGES // 2):
        spoil = SPOIL[number % len(SPOIL)]
        with evidence.spoilt(spoil, chance) as named:
            problems = verify(folder, keys).problems
        if not any(named in problem for problem in problems):
            missed.append((number, spoil.__name__, named, problems))
    assert missed == []
    assert verify(folder, keys).problems == []


@pytest.mark.usefixtures("few_files")
def test_every_flip_in_an_unsigned_chain_but_one_made_anew_is_found(tmp_path: Path) -> None:
    """Without a signature the hashes still tie all together: a byte cannot change by itself."""
    chains.chain(tmp_path, 2, Signer())
    folder = tmp_path / "evidence"
    evidence, chance = _Spoilable(folder), random.Random(SEED)
    for _ in range(60):
        with evidence.spoilt(_flip, chance) as named:
            assert any(named in problem for problem in verify(folder).problems), named
    assert verify(folder).notes == ["unsigned runs: whoever can write this folder can make them anew"]
    assert verify(folder).problems == []


@pytest.mark.usefixtures("few_files")
def test_an_unsigned_run_is_a_problem_where_a_key_is_given(tmp_path: Path) -> None:
    chains.chain(tmp_path, 1, Signer())
    (problem,) = verify(tmp_path / "evidence", [PUBLIC]).problems
    assert problem.startswith("000001/manifest.json is not signed")


def test_a_run_made_anew_with_another_key_is_found_by_the_key_alone(evidence: Path) -> None:
    run = evidence / "000002"
    _rewrite(run / "record.json", lambda record: record["run"].update(actor="mallory"))
    _sign_anew(run, KeySigner(OTHER_KEY))
    assert verify(evidence) == Verification(2, _head(evidence), notes=[_untrusted(KEY), _untrusted(OTHER_KEY)])
    (problem,) = verify(evidence, [PUBLIC]).problems
    assert problem.startswith("000002/manifest.sig is by another key")
    (told,) = verify(evidence, [PUBLIC, OTHER_KEY.public_key()], "ab" * 32).problems
    assert told.startswith(f"the head is {_head(evidence)}, expected was abab")


def test_an_earlier_run_made_anew_with_the_right_key_breaks_the_chain(evidence: Path) -> None:
    run = evidence / "000001"
    _rewrite(run / "record.json", lambda record: record["run"].update(actor="mallory"))
    _sign_anew(run, KeySigner(KEY))
    problems = verify(evidence, [PUBLIC]).problems
    assert problems == [
        "000002/manifest.json does not follow 000001 as it is now: one of them was altered, taken away or exchanged"
    ]


def test_a_signature_cannot_be_taken_off(evidence: Path) -> None:
    run = evidence / "000002"
    _rewrite(run / "manifest.json", lambda manifest: manifest.update(signing="none"))
    (run / "manifest.sig").unlink()
    assert any("000002/manifest.json is not signed" in problem for problem in verify(evidence, [PUBLIC]).problems)
    assert verify(evidence, (), _head(evidence, 2)).problems == []
    assert verify(evidence, (), "00" * 32).problems != []


def test_the_last_run_cannot_be_taken_away_from_who_noted_the_head(evidence: Path) -> None:
    head = _head(evidence)
    shutil.rmtree(evidence / "000002")
    assert verify(evidence, [PUBLIC]).problems == []
    (problem,) = verify(evidence, [PUBLIC], head).problems
    assert "runs were taken away, added or made anew" in problem
    assert verify(evidence, [PUBLIC], _head(evidence, 1).upper()).problems == []


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda f: shutil.rmtree(f / "000001"), "000001 is missing: run numbers go from 1 without gaps"),
        (lambda f: (f / "000002").rename(f / "000005"), "000002 to 000004 is missing"),
        (lambda f: (f / "000002").rename(f / "999999999999"), "000002 to 999999999998 is missing"),
        (lambda f: (f / "000002").rename(f / "2"), "2 is no run of this chain"),
        (lambda f: shutil.copytree(f / "000002", f / "000003"), "000003/manifest.json is of run 2"),
        (lambda f: (f / "000002" / "inner").mkdir(), "000002/inner is no file that can be read"),
        (lambda f: _linked(f / "000002" / "summary.md"), "000002/summary.md is no file that can be read"),
        (lambda f: _linked(f / "000002"), "000002 is no run of this chain"),
        (lambda f: (f / ".lock").write_text("x"), ".lock is no run of this chain"),
        (lambda f: _linked_lock(f), ".lock is no run of this chain"),
        (lambda f: (f / "000002" / "manifest.sigstore.json").write_bytes(b"{}"), "manifest.sigstore.json is not listed"),
        (lambda f: (f / "000002" / "manifest.json").write_bytes(b"[]"), "000002/manifest.json was altered"),
        (lambda f: (f / "000002" / "record.json").write_bytes(b"[" * 100_000), "000002/record.json was altered"),
        (lambda f: (f / "000002" / "manifest.sig").unlink(), "000002/manifest.sig is missing"),
        (lambda f: (f / "000002" / "public-key.pem").write_bytes(b"x"), "000002/public-key.pem was altered"),
    ],
)  # fmt: skip
def test_what_is_done_to_the_folder_is_told(evidence: Path, spoil: Callable[[Path], Any], told: str) -> None:
    spoil(evidence)
    problems = verify(evidence).problems
    assert any(told in problem for problem in problems), problems


def _linked(path: Path) -> None:
    path.rename(path.parent.parent.parent / "elsewhere")
    path.symlink_to(path.parent.parent.parent / "elsewhere")


def _linked_lock(folder: Path) -> None:
    (folder / ".lock").rename(folder.parent / "empty")
    (folder / ".lock").symlink_to(folder.parent / "empty")


@pytest.mark.parametrize("number", ['9,"number":1', " 1", "1.0", "1e0", "true", '"1"'])
def test_a_manifest_that_readers_may_differ_about_is_none(evidence: Path, number: str) -> None:
    """However well it is signed."""
    shutil.rmtree(evidence / "000002")
    manifest = evidence / "000001" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"number":1', f'"number":{number}'))
    KeySigner(KEY).sign(manifest)
    (problem,) = verify(evidence, [PUBLIC]).problems
    assert problem == "000001/manifest.json was altered: it is no manifest as this tool writes them"


def test_a_name_that_no_terminal_takes_is_written_out_on_one_line(evidence: Path) -> None:
    (evidence / os.fsdecode(b"\xff\x1b[2J")).write_bytes(b"")
    (evidence / "000002" / "a\nhead: b").write_bytes(b"")
    assert verify(evidence, [PUBLIC]).problems == [
        r"\udcff\x1b[2J is no run of this chain",
        r"000002/a\nhead: b is not listed in the manifest: it was added",
    ]


def test_a_folder_that_may_not_be_read_is_refused(evidence: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path) -> Iterator[Path]:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(AuditError, match=r"evidence cannot be read: Permission denied"):
        verify(evidence)


def test_exchanged_runs_are_told_by_both_names(evidence: Path) -> None:
    (evidence / "000001").rename(evidence / "x")
    (evidence / "000002").rename(evidence / "000001")
    (evidence / "x").rename(evidence / "000002")
    problems = verify(evidence, [PUBLIC]).problems
    assert "000001/manifest.json is of run 2: folders were exchanged or renamed" in problems
    assert "000002/manifest.json is of run 1: folders were exchanged or renamed" in problems


def test_all_problems_are_told_at_once(evidence: Path) -> None:
    (evidence / "000001" / "junit.xml").write_text("x")
    (evidence / "000001" / "added").write_text("x")
    (evidence / "000002" / "ocsf.json").unlink()
    (evidence / "stray").write_text("x")
    assert verify(evidence, [PUBLIC]).problems == [
        "stray is no run of this chain",
        "000001/added is not listed in the manifest: it was added",
        "000001/junit.xml was altered: its hash is not that in 000001/manifest.json; it has 1 bytes",
        "000002/ocsf.json is missing",
    ]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda r: r["results"].pop(), "has counts that do not add up"),
        (lambda r: r["otherTypes"][0].update(count=7), "has counts that do not add up"),
        (lambda r: r["population"].pop(), "has counts that do not add up"),
        (lambda r: r["counts"].update(resources=7), "has counts that do not add up"),
        (lambda r: r["settings"]["staging"].popitem(), "has counts that do not add up"),
        (lambda r: _an_answer_of_its_own(r), "has counts that do not add up"),
        (lambda r: r["counts"].update(addsUp=False), "has counts that do not add up"),
        (lambda r: r["counts"]["total"].update({"pass": 1, "fail": 0}), "has counts that do not add up"),
        (lambda r: r["run"].update(number=7), "says it is run 7"),
        (lambda r: r["previous"].update(sha256="ab"), "names another run before than its manifest"),
        (lambda r: r.pop("counts"), "is no evidence record"),
    ],
)
def test_a_record_that_was_wrong_when_it_was_signed_is_found_too(
    evidence: Path, change: Callable[[Any], Any], told: str
) -> None:
    run = evidence / "000002"
    _rewrite(run / "record.json", change)
    _sign_anew(run, KeySigner(KEY))
    assert [problem for problem in verify(evidence, [PUBLIC]).problems if told in problem]


def _an_answer_of_its_own(record: Any) -> None:
    (row, *_) = (row for row in record["results"] if row["outcome"] == "pass")
    row["outcome"] = "fine"
    record["counts"]["total"]["pass"] -= 1


@pytest.mark.usefixtures("few_files")
def test_a_key_may_be_exchanged_on_the_way(tmp_path: Path) -> None:
    chains.chain(tmp_path, 1)
    both = [PUBLIC, OTHER_KEY.public_key()]
    folder = tmp_path / "evidence"
    chains.chain(tmp_path, 1, KeySigner(OTHER_KEY))
    assert verify(folder, both).problems == []
    assert [p.split()[0] for p in verify(folder, [PUBLIC]).problems] == ["000002/manifest.sig"]


@pytest.mark.usefixtures("few_files")
def test_a_keyless_run_names_the_command_that_tells_who_signed(tmp_path: Path) -> None:
    class Stub(signing.KeylessSigner):
        def sign(self, manifest: Path) -> None:
            hashed = digest(manifest.read_bytes())
            found = base64.b64encode(bytes.fromhex(hashed)).decode()
            bundle = {"messageSignature": {"messageDigest": {"digest": found}}}
            (manifest.parent / signing.BUNDLE).write_text(json.dumps(bundle))

    chains.chain(tmp_path, 1, Stub())
    folder = tmp_path / "evidence"
    found = verify(folder)
    assert found.problems == []
    assert "cosign verify-blob --bundle manifest.sigstore.json" in found.notes[0]
    (told,) = verify(folder, [PUBLIC]).problems
    assert told == "000001/manifest.json is signed keyless, and a key was given that all runs are to be signed by"
    (folder / "000001" / signing.BUNDLE).write_text("{}")
    assert verify(folder).problems == ["000001/manifest.sigstore.json was altered: it is no Sigstore bundle"]
    (folder / "000001" / signing.BUNDLE).unlink()
    assert verify(folder).problems == ["000001/manifest.sigstore.json is missing"]


def test_no_folder_and_an_empty_one_are_no_evidence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for name in ("none", "file"):
        with pytest.raises(
            AuditError, match=f"{name} is no folder: give the one that `brightbroom audit --evidence DIR`"
        ):
            verify(tmp_path / name)
    (tmp_path / "file").unlink()
    assert verify(tmp_path).problems == ["there is no run in this folder"]
    assert verify(tmp_path, (), "ab").problems[1].startswith("the head is missing, expected was ab")
