"""The report as a tree and in a browser."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from audit.formats import html
from tests.audit.formats import page as pages
from tests.audit.formats import sample

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Open: TypeAlias = "Callable[..., Page]"

_FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)

_PATIENCE = 20_000
"""Milliseconds that a busy machine may need; nothing waits longer than it must."""


@pytest.fixture
def record() -> dict[str, Any]:
    """A record that gives the report all it can show."""
    return pages.told()


@pytest.fixture(scope="session")
def report() -> pages.Node:
    """The report of that record."""
    return pages.read(html.render(pages.told()))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Ends with its module: while it runs, no other event loop can."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=_PATIENCE)
    program = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))))
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=list(_FLAGS))
        yield started
        started.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Reports: of a small record, of one with two thousand results."""
    folder = tmp_path_factory.mktemp("reports")
    made = {"small": pages.told(), "large": sample.many(2_000)}
    for name, record in made.items():
        (folder / f"{name}.html").write_bytes(html.render(record))
    return {name: folder / f"{name}.html" for name in made}


@pytest.fixture
def opened(browser: Browser, files: dict[str, Path]) -> Iterator[Open]:
    """Opens a report; afterwards nothing may have been asked of the network or said on the console."""
    contexts, asked, said = [], [], []

    def open_(name: str = "small", address: str = "", *, size: tuple[int, int] = (1440, 900), **options: Any) -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", **options
        )
        contexts.append(context)
        context.set_default_timeout(_PATIENCE)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(files[name].as_uri() + address)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert {url.partition("#")[0] for url in asked} <= {file.as_uri() for file in files.values()}
    assert not said
