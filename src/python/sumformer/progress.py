"""Who is told how far a proof is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Listener = Callable[[str, float], object]


@contextmanager
def listener(progress: Listener | bool | None) -> Iterator[Listener | None]:
    """The function to call: what was given, or a bar where tqdm is installed, for True."""
    if progress is True:
        try:
            from tqdm.auto import tqdm  # type: ignore[import-untyped]
        except ImportError:
            yield None
            return
        with tqdm(total=1.0, bar_format="{percentage:3.0f}%|{bar}| {desc} [{elapsed}]") as bar:
            yield _on(bar)
    elif progress is None or progress is False:
        yield None
    elif callable(progress):
        yield progress
    else:
        raise TypeError(f"`progress` is called with a text and a number, or True or None, not {type(progress).__name__}")


def _on(bar: Any) -> Listener:
    def told(step: str, share: float) -> None:
        bar.set_description_str(step, refresh=False)
        bar.update(share - bar.n)

    return told
