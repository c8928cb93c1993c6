"""Lock an open file for this process alone, or together with others."""

from __future__ import annotations

import sys

if sys.platform == "win32":

    def try_lock(descriptor: int, *, shared: bool = False) -> bool:  # noqa: ARG001 (one kind)
        """Lock a file unless another process has it; its end gives the lock back, however it ends."""
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:

    def try_lock(descriptor: int, *, shared: bool = False) -> bool:
        """Lock a file unless another process has it; its end gives the lock back, however it ends."""
        import fcntl

        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
