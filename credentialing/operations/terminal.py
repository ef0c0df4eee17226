"""What commands show on a terminal while they work."""

import time

from django.core.management.base import OutputWrapper

WIDTH = 30
PAUSE = 0.1  # seconds between two drawings of the bar


class Bar:
    """A progress bar on a terminal."""

    def __init__(self, screen: OutputWrapper) -> None:
        self.screen = screen
        self.drawn = 0.0
        self.width = 0

    def draw(self, what: str, done: int, total: int) -> None:
        """Show how far it is, at most ten times a second."""
        now = time.monotonic()
        if now - self.drawn < PAUSE and done < total:
            return
        self.drawn = now
        filled = WIDTH * done // total if total else WIDTH
        text = f"\r{what} [{'#' * filled}{'.' * (WIDTH - filled)}] {done:,} of {total:,}"
        self.screen.write(text.ljust(self.width), style_func=str, ending="")
        self.screen.flush()
        self.width = len(text)

    def clear(self) -> None:
        """Leave the line to others."""
        self.screen.write("\r" + " " * self.width + "\r", style_func=str, ending="")
        self.screen.flush()
        self.width = 0
