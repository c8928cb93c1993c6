"""What a command printed and returned."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """The end of one command."""

    code: int
    out: str
    err: str


# A folder and the words of a command line.
Scaffold = Callable[..., Result]
