"""The random package: values that live in the state alone, made truly at random. Names follow pulumi-random 4.21.

`RandomPassword.bcryptHash` is left out: the standard library cannot make one, and a false hash would be worse than none.
"""

from __future__ import annotations

import base64
import secrets
import string
import uuid
from collections.abc import Iterator, Mapping
from typing import Final

from rehearsal.clouds.table import (
    Catalogue,
    Facts,
    Failure,
    Property,
    ResourceType,
    by_token,
    flag,
    number,
    once,
    text,
    texts_by_key,
)
from rehearsal.engine.values import Properties

_SPECIAL: Final = "!@#$%&*()-_=+[]{}<>:?"
_KEEPERS: Final = texts_by_key(replaces=True)


def _classes(inputs: Properties) -> dict[str, str]:
    """The character classes a text may use, each with the input that counts its least share."""
    wanted = {
        "minLower": ("lower", string.ascii_lowercase),
        "minUpper": ("upper", string.ascii_uppercase),
        "minNumeric": ("numeric", string.digits),
        "minSpecial": ("special", str(inputs.get("overrideSpecial") or _SPECIAL)),
    }
    return {share: characters for share, (switch, characters) in wanted.items() if inputs.get(switch) is not False}


def make_text(inputs: Properties) -> str:
    """A random text of the wanted length and classes."""
    classes = _classes(inputs)
    picked = [
        secrets.choice(characters) for share, characters in classes.items() for _ in range(int(inputs.get(share) or 0))
    ]
    alphabet = "".join(classes.values())
    picked += [secrets.choice(alphabet) for _ in range(int(inputs["length"]) - len(picked))]
    secrets.SystemRandom().shuffle(picked)
    return "".join(picked)


def _check_text(inputs: Properties) -> Iterator[Failure]:
    least = sum(inputs[name] for name in _SHARES if isinstance(inputs.get(name), int | float))
    if isinstance(inputs.get("length"), int | float) and least > inputs["length"]:
        yield Failure("length", f"is {inputs['length']}; the least shares already need {least}")
    if not _classes(inputs):
        yield Failure("lower", "at least one of lower, upper, numeric, special must be true")


_SHARES: Final = ("minLower", "minUpper", "minNumeric", "minSpecial")

_TEXT_INPUTS: Final[Mapping[str, Property]] = {
    "keepers": _KEEPERS,
    "length": number(1, required=True, replaces=True),
    **{name: flag(replaces=True, fallback=True) for name in ("lower", "number", "numeric", "special", "upper")},
    **{name: number(0, replaces=True, fallback=0) for name in _SHARES},
    "overrideSpecial": text(replaces=True),
}

RANDOM_PASSWORD: Final = ResourceType(
    resource="random:index/randomPassword:RandomPassword",
    make_id=lambda _: "none",
    kept=False,
    inputs=_TEXT_INPUTS,
    outputs={"result": once(lambda facts: make_text(facts.inputs), secret=True)},
    validate=(_check_text,),
)

RANDOM_STRING: Final = ResourceType(
    resource="random:index/randomString:RandomString",
    make_id=lambda facts: make_text(facts.inputs),
    kept=False,
    inputs=_TEXT_INPUTS,
    outputs={"result": once(lambda facts: facts.id)},
    validate=(_check_text,),
)


def _random_bytes(facts: Facts) -> bytes:
    if "bytes" not in facts.scratch:
        facts.scratch["bytes"] = secrets.token_bytes(int(facts.inputs["length"]))
    return facts.scratch["bytes"]


RANDOM_BYTES: Final = ResourceType(
    resource="random:index/randomBytes:RandomBytes",
    make_id=lambda _: "none",
    kept=False,
    inputs={"keepers": _KEEPERS, "length": number(1, required=True, replaces=True)},
    outputs={
        "base64": once(lambda facts: base64.b64encode(_random_bytes(facts)).decode(), secret=True),
        "hex": once(lambda facts: _random_bytes(facts).hex(), secret=True),
    },
)


def _id_bytes(facts: Facts) -> bytes:
    return base64.urlsafe_b64decode(facts.id + "=" * (-len(facts.id) % 4))


def _prefixed(facts: Facts, value: str) -> str:
    return f"{facts.inputs.get('prefix') or ''}{value}"


def _new_id(facts: Facts) -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(int(facts.inputs["byteLength"]))).decode().rstrip("=")


RANDOM_ID: Final = ResourceType(
    resource="random:index/randomId:RandomId",
    make_id=_new_id,
    kept=False,
    inputs={"byteLength": number(1, required=True, replaces=True), "keepers": _KEEPERS, "prefix": text(replaces=True)},
    outputs={
        "b64Std": once(lambda facts: _prefixed(facts, base64.b64encode(_id_bytes(facts)).decode())),
        "b64Url": once(lambda facts: _prefixed(facts, facts.id)),
        "dec": once(lambda facts: _prefixed(facts, str(int.from_bytes(_id_bytes(facts))))),
        "hex": once(lambda facts: _prefixed(facts, _id_bytes(facts).hex())),
    },
)

RANDOM_UUID: Final = ResourceType(
    resource="random:index/randomUuid:RandomUuid",
    make_id=lambda _: str(uuid.uuid4()),
    kept=False,
    inputs={"keepers": _KEEPERS},
    outputs={"result": once(lambda facts: facts.id)},
)

CATALOGUE: Final = Catalogue(
    package="random",
    config={},
    types=by_token(RANDOM_PASSWORD, RANDOM_STRING, RANDOM_BYTES, RANDOM_ID, RANDOM_UUID),
)
