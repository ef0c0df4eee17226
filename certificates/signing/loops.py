"""pyHanko is asynchronous inside, and runs an event loop of its own for each call."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


def outside_any_loop[T](act: Callable[[], T]) -> T:
    """Do it here, or, where this thread runs an event loop already (a thread has one at most), in another thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return act()
    with ThreadPoolExecutor(max_workers=1) as other:
        return other.submit(act).result()
