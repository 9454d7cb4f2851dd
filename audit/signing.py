"""Signatures over a manifest that a third party can check: Ed25519 with a key of one's own, or keyless by Sigstore.

`manifest.sig` is canonical JSON, so that no byte of it can change unseen: `algorithm`, `keyId` (SHA-256 of the public key in
DER form) and `signature` (base64). Keyless signing is what `cosign` does in CI with the identity of the workflow.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from audit.canonical import dumps
from audit.errors import AuditError

ALGORITHM: Final = "ed25519"
SIGNATURE: Final = "manifest.sig"
BUNDLE: Final = "manifest.sigstore.json"
PUBLIC_KEY: Final = "public-key.pem"
KEY_VARIABLE: Final = "BRIGHTBROOM_EVIDENCE_KEY"

MISFIT: Final = "is of another manifest than the one beside it: one of the two was altered"
HOW: Final = "make a key with: openssl genpkey -algorithm ed25519 -out evidence-key.pem"
_HOW_PUBLIC: Final = (
    "make it from the private key with: openssl pkey -in evidence-key.pem -pubout -out evidence-public.pem"
)


class Signer:
    """How the manifest of a run is signed: not at all. Then there are hashes only, which whoever can write the folder can make
    anew."""

    kind: ClassVar[str] = "none"
    """What the manifest says of it."""

    def files(self) -> Mapping[str, bytes]:
        """Files that belong to the run besides, and that the manifest lists."""
        return {}

    def sign(self, manifest: Path) -> None:
        """Put the signature beside the manifest."""


@dataclass(frozen=True)
class KeySigner(Signer):
    """Signs with an Ed25519 key."""

    key: Ed25519PrivateKey = field(repr=False)
    kind: ClassVar[str] = ALGORITHM

    def files(self) -> Mapping[str, bytes]:
        """The public key."""
        return {PUBLIC_KEY: public_pem(self.key.public_key())}

    def sign(self, manifest: Path) -> None:
        """Write `manifest.sig`."""
        signature = self.key.sign(manifest.read_bytes())
        (manifest.parent / SIGNATURE).write_bytes(_document(key_id(self.key.public_key()), signature))


class KeylessSigner(Signer):
    """Signs with `cosign` and the identity of the CI job. Raises `AuditError` where it is missing or refuses."""

    kind: ClassVar[str] = "sigstore"

    def sign(self, manifest: Path) -> None:
        """Write `manifest.sigstore.json`."""
        command = [cosign(), "sign-blob", "--yes", "--bundle", BUNDLE, manifest.name]
        done = subprocess.run(command, cwd=manifest.parent, capture_output=True, text=True, check=False)
        if done.returncode or not (manifest.parent / BUNDLE).is_file():
            told = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
            raise AuditError(f"cosign did not sign the manifest: {told[0]}")


def cosign() -> str:
    """The path of `cosign`. Raises `AuditError`."""
    found = shutil.which("cosign")
    if found is None:
        raise AuditError(
            "keyless signing needs `cosign` on PATH (https://docs.sigstore.dev/cosign/system_config/installation/)"
        )
    return found


def private_key(pem: bytes, where: str) -> Ed25519PrivateKey:
    """An Ed25519 key from PEM text. Raises `AuditError`; no part of the text is told."""
    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError:
        raise AuditError(f"the key in {where} needs a password: give one without; {HOW}") from None
    except (ValueError, UnsupportedAlgorithm):
        raise AuditError(f"{where} holds no private key in PEM form; {HOW}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise AuditError(f"the key in {where} is not of the kind Ed25519; {HOW}")
    return key


def public_key(pem: bytes, where: str) -> Ed25519PublicKey:
    """An Ed25519 public key from PEM text. Raises `AuditError`."""
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        raise AuditError(f"{where} holds no public key in PEM form; {_HOW_PUBLIC}") from None
    if not isinstance(key, Ed25519PublicKey):
        raise AuditError(f"the key in {where} is not of the kind Ed25519: give the public half of the key that signed")
    return key


def public_pem(key: Ed25519PublicKey) -> bytes:
    """A public key as PEM text."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def key_id(key: Ed25519PublicKey) -> str:
    """The name of a key: SHA-256 of its DER form."""
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def fault(manifest: bytes, signature: bytes, keys: Mapping[str, Ed25519PublicKey]) -> str:
    """What is wrong with a signature file, by the keys that are accepted; empty where it is right."""
    try:
        document = json.loads(signature)
        raw = base64.b64decode(document["signature"], validate=True)
        name = document["keyId"]
        whole = isinstance(name, str) and signature == _document(name, raw)
    except (ValueError, KeyError, TypeError, RecursionError):
        return "was altered: it is no signature file"
    if not whole:
        return "was altered: it is not as it was written"
    if name not in keys:
        return f"is by another key ({name[:16]}…) than those accepted"
    try:
        keys[name].verify(raw, manifest)
    except InvalidSignature:
        return MISFIT
    return ""


def bundle_fault(manifest: bytes, bundle: bytes) -> str:
    """What can be seen offline to be wrong with a Sigstore bundle: whether it is one, and of this manifest."""
    try:
        document = json.loads(bundle)
        digests = set(_digests(document))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "was altered: it is no Sigstore bundle"
    digest = hashlib.sha256(manifest).digest()
    return "" if digests == {digest} else MISFIT


def _digests(bundle: Mapping[str, Any]) -> list[bytes]:
    if "messageSignature" in bundle:
        return [base64.b64decode(bundle["messageSignature"]["messageDigest"]["digest"], validate=True)]
    body = json.loads(base64.b64decode(bundle["rekorBundle"]["Payload"]["body"], validate=True))
    return [bytes.fromhex(body["spec"]["data"]["hash"]["value"])]


def _document(name: str, signature: bytes) -> bytes:
    return dumps({"algorithm": ALGORITHM, "keyId": name, "signature": base64.b64encode(signature).decode()})
