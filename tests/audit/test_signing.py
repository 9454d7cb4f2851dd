"""Signatures that a third party can check, and keys that are refused with the way to a right one."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_public_key,
)

from audit import signing
from audit.canonical import dumps
from audit.errors import AuditError
from audit.signing import KeylessSigner, KeySigner, Signer
from tests.audit import chains
from tests.audit.chains import KEY, OTHER_KEY

MANIFEST = b'{"number":1}'
BUNDLES = {
    "new": {
        "messageSignature": {"messageDigest": {"digest": base64.b64encode(hashlib.sha256(MANIFEST).digest()).decode()}}
    },
    "old": {
        "rekorBundle": {
            "Payload": {
                "body": base64.b64encode(
                    json.dumps({"spec": {"data": {"hash": {"value": hashlib.sha256(MANIFEST).hexdigest()}}}}).encode()
                ).decode()
            }
        }
    },
}


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "manifest.json"
    path.write_bytes(MANIFEST)
    return path


def _keys(*keys: Any) -> dict[str, Any]:
    return {signing.key_id(key.public_key()): key.public_key() for key in keys}


def test_a_signature_fits_its_manifest_and_key_only(manifest: Path) -> None:
    KeySigner(KEY).sign(manifest)
    signature = (manifest.parent / "manifest.sig").read_bytes()
    assert signing.fault(MANIFEST, signature, _keys(OTHER_KEY, KEY)) == ""
    assert "is of another manifest" in signing.fault(MANIFEST + b" ", signature, _keys(KEY))
    assert "by another key" in signing.fault(MANIFEST, signature, _keys(OTHER_KEY))
    assert "by another key" in signing.fault(MANIFEST, signature, {})


def test_the_key_is_named_by_the_hash_of_its_public_half(manifest: Path) -> None:
    KeySigner(KEY).sign(manifest)
    document = json.loads((manifest.parent / "manifest.sig").read_bytes())
    der = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert document["algorithm"] == "ed25519"
    assert document["keyId"] == hashlib.sha256(der).hexdigest()
    stored = load_pem_public_key(KeySigner(KEY).files()["public-key.pem"])
    assert stored.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) == der


def test_openssl_accepts_the_signature(manifest: Path) -> None:
    """A check that needs nothing of ours."""
    KeySigner(KEY).sign(manifest)
    signature = json.loads((manifest.parent / "manifest.sig").read_bytes())["signature"]
    (manifest.parent / "raw.sig").write_bytes(base64.b64decode(signature))
    (manifest.parent / "public-key.pem").write_bytes(KeySigner(KEY).files()["public-key.pem"])
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "public-key.pem", "-rawin"]
    done = subprocess.run(
        [*command, "-in", "manifest.json", "-sigfile", "raw.sig"],
        cwd=manifest.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Signature Verified Successfully" in done.stdout, done.stderr


def test_no_bit_of_a_signature_file_can_change_unseen(manifest: Path) -> None:
    KeySigner(KEY).sign(manifest)
    signature = (manifest.parent / "manifest.sig").read_bytes()
    for position in range(len(signature)):
        for bit in range(8):
            changed = bytearray(signature)
            changed[position] ^= 1 << bit
            assert signing.fault(MANIFEST, bytes(changed), _keys(KEY)), (position, bit)
    unnamed = dumps({**json.loads(signature), "keyId": ["x"]})
    for content in (b"", b"[]", b"null", b"[" * 100_000, unnamed, signature + b"\n", signature[:-1]):
        assert signing.fault(MANIFEST, content, _keys(KEY))


def test_a_key_is_read_from_pem() -> None:
    key = signing.private_key(chains.pem(), "key.pem")
    assert signing.key_id(key.public_key()) == signing.key_id(KEY.public_key())
    public = signing.public_key(signing.public_pem(KEY.public_key()), "pub.pem")
    assert signing.key_id(public) == signing.key_id(KEY.public_key())


CURVE = ec.derive_private_key(7, ec.SECP256R1())


def _of_no_kind(pem: bytes) -> bytes:
    """A key whose kind has a number that nobody gave out."""
    head, *body, tail = pem.splitlines()
    changed = base64.b64decode(b"".join(body)).replace(b"\x06\x03\x2b\x65\x70", b"\x06\x03\x2b\x65\x30")
    return b"\n".join((head, base64.b64encode(changed), tail))


@pytest.mark.parametrize(
    ("pem", "told"),
    [
        (b"", "key.pem holds no private key in PEM form"),
        (b"canary-key-material", "key.pem holds no private key in PEM form"),
        (
            KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")),
            "the key in key.pem needs a password",
        ),
        (CURVE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), "is not of the kind Ed25519"),
        (signing.public_pem(KEY.public_key()), "key.pem holds no private key in PEM form"),
        (_of_no_kind(chains.pem()), "key.pem holds no private key in PEM form"),
    ],
)
def test_a_key_that_cannot_sign_is_refused_with_the_way_to_make_one(pem: bytes, told: str) -> None:
    with pytest.raises(AuditError, match=told) as caught:
        signing.private_key(pem, "key.pem")
    assert "openssl genpkey -algorithm ed25519" in str(caught.value)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("pem", "told"),
    [
        (b"", "holds no public key"),
        (chains.pem(), "holds no public key"),
        (
            _of_no_kind(signing.public_pem(KEY.public_key())),
            "holds no public key in PEM form; make it from the private key",
        ),
        (CURVE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), "not of the kind Ed25519"),
    ],
)
def test_a_key_that_cannot_verify_is_refused(pem: bytes, told: str) -> None:
    with pytest.raises(AuditError, match=told):
        signing.public_key(pem, "pub.pem")


def test_a_signer_does_not_tell_its_key() -> None:
    assert "Ed25519PrivateKey" not in repr(KeySigner(KEY))


def test_without_a_signature_nothing_is_put_beside_the_manifest(manifest: Path) -> None:
    Signer().sign(manifest)
    assert [file.name for file in manifest.parent.iterdir()] == ["manifest.json"]
    assert Signer().files() == {}


def test_keyless_signing_asks_cosign_for_a_bundle(manifest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _cosign(manifest, monkeypatch, 'echo "$@" > asked\nprintf "{}" > manifest.sigstore.json\n')
    KeylessSigner().sign(manifest)
    asked = (manifest.parent / "asked").read_text().split()
    assert asked == ["sign-blob", "--yes", "--bundle", "manifest.sigstore.json", "manifest.json"]
    assert (manifest.parent / "manifest.sigstore.json").read_text() == "{}"


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("echo first >&2\necho 'no identity token' >&2\nexit 1\n", "did not sign the manifest: no identity token"),
        ("exit 3\n", "did not sign the manifest: exit code 3"),
        ("exit 0\n", "did not sign the manifest: exit code 0"),
    ],
)
def test_what_cosign_refuses_is_told(manifest: Path, monkeypatch: pytest.MonkeyPatch, script: str, told: str) -> None:
    _cosign(manifest, monkeypatch, script)
    with pytest.raises(AuditError, match=told):
        KeylessSigner().sign(manifest)


def test_without_cosign_it_says_where_to_get_it(manifest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(manifest.parent))
    with pytest.raises(AuditError, match="keyless signing needs `cosign` on PATH"):
        KeylessSigner().sign(manifest)


@pytest.mark.parametrize("form", BUNDLES)
def test_a_bundle_is_of_one_manifest(form: str) -> None:
    bundle = json.dumps(BUNDLES[form]).encode()
    assert signing.bundle_fault(MANIFEST, bundle) == ""
    assert "is of another manifest" in signing.bundle_fault(MANIFEST + b" ", bundle)


@pytest.mark.parametrize(
    "bundle", [b"", b"{", b"[]", b"{}", b'{"messageSignature": {"messageDigest": {"digest": "!"}}}']
)
def test_what_is_no_bundle_is_said_to_be_altered(bundle: bytes) -> None:
    assert signing.bundle_fault(MANIFEST, bundle) == "was altered: it is no Sigstore bundle"


def _cosign(manifest: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """An executable of that name that stands for the real one."""
    folder = manifest.parent / "bin"
    folder.mkdir()
    (folder / "cosign").write_text(f"#!/bin/sh\n{script}")
    (folder / "cosign").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
