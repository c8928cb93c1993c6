"""`@dataclass(frozen=True, slots=True)` that is made ten times as quickly, and then the same.

The one of the standard library writes six methods for each class and compiles them, which for the
classes of this package takes a sixth of the time of a whole command. Here all classes share five of
these methods, and the sixth, which has to be quick, is written when a first object is made.
"""

from __future__ import annotations

import dataclasses
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    # So that type checkers know what it does.
    from dataclasses import dataclass as dataclass  # noqa: PLC0414, TID251 (exported)
else:

    def dataclass(*, frozen: bool, slots: bool):  # noqa: ANN201 (see above)
        """Return what makes a class one of constant objects, by its annotations."""
        if not (frozen and slots):
            raise ValueError("only frozen classes with slots")
        return _made


def _made(kind: type[Any]) -> type[Any]:
    for method in (_init, _eq, _hash, _repr, _setattr, _delattr, _reduce):
        name = f"_{method.__name__}__"
        if name not in vars(kind):
            setattr(kind, name, method)
    with_slots = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)  # noqa: TID251
    made: type[Any] = with_slots(kind)
    made.__content__ = attrgetter("__class__", *made.__match_args__)
    return made


def _init(self: Any, *args: Any, **named: Any) -> None:  # noqa: ANN401
    kind = type(self)
    kind.__init__ = _initializer(kind)
    kind.__init__(self, *args, **named)


def _initializer(kind: type[Any]) -> Any:  # noqa: ANN401
    """Write the method that sets the fields, past `__setattr__`."""
    names: dict[str, Any] = {"MISSING": dataclasses.MISSING}
    parameters, lines = ["self"], ["pass"]
    for field in dataclasses.fields(kind):
        name = value = field.name
        names[f"set_{name}"] = getattr(kind, name).__set__
        default = ""
        if field.default is not dataclasses.MISSING:
            names[f"default_{name}"], default = field.default, f"=default_{name}"
        elif field.default_factory is not dataclasses.MISSING:
            names[f"make_{name}"], default = field.default_factory, "=MISSING"
            value = f"make_{name}() if {name} is MISSING else {name}"
        parameters.append(name + default)
        lines.append(f"set_{name}(self, {value})")
    source = f"def __init__({', '.join(parameters)}):\n " + "\n ".join(lines)
    exec(source, names)  # noqa: S102 (as `dataclasses` does)
    written = names["__init__"]
    written.__qualname__ = f"{kind.__qualname__}.__init__"
    return written


def _values(item: Any) -> tuple[Any, ...]:  # noqa: ANN401
    return tuple(getattr(item, name) for name in item.__match_args__)


def _eq(self: Any, other: Any) -> Any:  # noqa: ANN401
    same_class = type(other) is type(self)
    return self.__content__(self) == self.__content__(other) if same_class else NotImplemented


def _hash(self: Any) -> int:  # noqa: ANN401
    return hash(self.__content__(self))


def _repr(self: Any) -> str:  # noqa: ANN401
    values = zip(self.__match_args__, _values(self), strict=True)
    shown = ", ".join(f"{name}={value!r}" for name, value in values)
    return f"{type(self).__qualname__}({shown})"


def _setattr(self: Any, name: str, value: object) -> NoReturn:  # noqa: ANN401, ARG001
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(self: Any, name: str) -> NoReturn:  # noqa: ANN401, ARG001
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _reduce(self: Any) -> tuple[type[Any], tuple[Any, ...]]:  # noqa: ANN401
    return type(self), _values(self)
