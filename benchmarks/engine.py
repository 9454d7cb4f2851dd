"""A real `pulumi preview` of production beside that of an empty program, where a `pulumi` is on PATH."""

from __future__ import annotations

import dataclasses
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from benchmarks.measure import Sample
from brightbroom.plays import play_of
from rehearsal.attached import RealEngine, attached, copy_project
from rehearsal.engine import Operation
from rehearsal.standins import StandIns

EMPTY = "engine: empty program"
PRODUCTION = "engine: production"
JUDGED = "engine: production with policies"
LARGE = "engine: 200 resources"
LARGE_JUDGED = "engine: 200 resources with policies"

_FLAGS = {f"FLAG_{number}": False for number in range(96)}
"""Feature flags enough to make production about 200 resources: each is a variable of the app."""

_PROJECT = """name: empty
runtime:
  name: python
  options: {toolchain: pip, virtualenv: .venv}
"""


def measure_engine(root: Path, rounds: int, told: Callable[[str], None]) -> dict[str, Sample]:
    """Cold previews in turns, each a process of its own; nothing without a `pulumi`. Memory is not taken: an engine is many
    processes."""
    if shutil.which("pulumi") is None:
        return {}
    samples = {name: Sample() for name in (EMPTY, PRODUCTION, JUDGED, LARGE, LARGE_JUDGED)}
    with _engines(root) as (empty, production):
        settings = production.project / "Pulumi.production.yaml"
        small = settings.read_text(encoding="utf-8")
        for turn in range(rounds):
            for name, engine, text, policies in (
                (EMPTY, empty, small, False),
                (PRODUCTION, production, small, False),
                (JUDGED, production, small, True),
                (LARGE, production, _flagged(small), False),
                (LARGE_JUDGED, production, _flagged(small), True),
            ):
                told(f"round {turn + 1} of {rounds}: {name}")
                settings.write_text(text, encoding="utf-8")
                started = time.perf_counter()
                run = engine.run(Operation.PREVIEW, policies=policies)
                samples[name].seconds.append(time.perf_counter() - started)
                if not run.ok:
                    raise RuntimeError(run.output)
    return samples


def _flagged(settings: str) -> str:
    document = yaml.safe_load(settings)
    document["config"]["brightbroom-infra:application"]["features"] = _FLAGS
    return yaml.safe_dump(document)


@contextmanager
def _engines(root: Path) -> Iterator[tuple[RealEngine, RealEngine]]:
    with tempfile.TemporaryDirectory(prefix="brightbroom-benchmark-") as name:
        folder = Path(name)
        play = play_of(root, "production")
        given = StandIns(folder).values([*play.secrets, *play.tokens, "passphrase"])
        project = copy_project(root, folder / "project")
        with attached(folder, project, dataclasses.replace(play, given=given)) as production:
            yield _empty(folder / "empty", production), production


def _empty(folder: Path, beside: RealEngine) -> RealEngine:
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text(_PROJECT, encoding="utf-8")
    (folder / "__main__.py").touch()
    (folder / ".venv").symlink_to(sys.prefix)
    engine = RealEngine(folder, "empty", beside.environment)
    engine.start({})
    return engine
