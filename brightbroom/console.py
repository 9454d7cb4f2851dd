"""How commands write: colours and progress on a terminal, plain lines anywhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeAlias

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

Tick: TypeAlias = Callable[[str], None]
"""Called with what was just done."""

_WIDE: Final = 160  # of a file or pipe, where nothing is wrapped


class Voice:
    """What a command says to people. A silent one says nothing: for machines, which read one document instead."""

    def __init__(self, *, silent: bool = False) -> None:
        self._console = Console(quiet=silent, highlight=False, soft_wrap=True)
        if not self._console.is_terminal:
            self._console.width = _WIDE

    def heading(self, text: str) -> None:
        """A title with an empty line before it."""
        self._console.print()
        self._console.print(Text(text, style="bold"))

    def say(self, text: str | Text, style: str = "") -> None:
        """One line, as it is: nothing in it is taken for markup."""
        self._console.print(text if isinstance(text, Text) else Text(text, style=style))

    def lines(self, lines: Iterable[str | Text], indent: int = 2) -> None:
        """Some indented lines."""
        for line in lines:
            self._console.print(Text(" " * indent).append(line))

    def table(self, columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
        """A small table; every column but the first is aligned right."""
        table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
        for position, title in enumerate(columns):
            table.add_column(title, justify="right" if position else "left", style="" if position else "bold")
        for row in rows:
            table.add_row(*(Text(str(cell)) for cell in row))
        self._console.print(table)

    @contextmanager
    def progress(self, what: str, total: int) -> Iterator[Tick]:
        """A bar on a terminal; elsewhere one line at the start."""
        if not self._console.is_terminal or self._console.quiet:
            self.say(f"  {what} ({total})")
            yield lambda _done: None
            return
        columns = (
            TextColumn("  {task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[last]}", style="dim"),
        )
        with Progress(*columns, console=self._console, transient=True) as bar:
            task = bar.add_task(what, total=total, last="")
            yield lambda done: bar.update(task, advance=1, last=done)

    def milestones(self) -> Callable[[str, int, int], None]:
        """Tells how far something long has come: on a terminal each step, in place; elsewhere every tenth of it."""

        def tell(what: str, done: int, total: int) -> None:
            if self._console.quiet:
                return
            if self._console.is_terminal:
                self._console.print(
                    Text(f"  {what}: {done} of {total}", style="dim"), end="\n" if done == total else "\r"
                )
            elif done == total or done % max(total // 10, 1) == 0:
                self.say(f"  {what}: {done} of {total}")

        return tell
