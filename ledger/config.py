"""Configuration text to checked values; every refusal names file, key, value and rule."""

from __future__ import annotations

import re
from collections.abc import Hashable
from datetime import date
from typing import Annotated, Any, NoReturn, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from ledger.errors import Misconfigured

Text = Annotated[str, StringConstraints(min_length=1, max_length=1000, strip_whitespace=True)]
"""Text that says something."""


class Strict(BaseModel):
    """A value from a configuration file: no silent conversion, no unknown key, no change later."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class Words(Strict):
    """The same sentence in English and in Dutch."""

    en: Text
    nl: Text


Model = TypeVar("Model", bound=BaseModel)


class _Loader(yaml.CSafeLoader):
    """YAML as plain values: a key written twice is refused, a day is a day of the calendar."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 (the signature of PyYAML)
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = key_node.value
            if key in seen:
                _refuse(key_node, f"{key!r} stands twice")
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def _refuse(node: yaml.Node, rule: str) -> NoReturn:
    raise yaml.constructor.ConstructorError(None, None, rule, node.start_mark)


def _day(loader: _Loader, node: yaml.Node) -> date:
    del loader
    assert isinstance(node, yaml.ScalarNode)
    try:
        return date.fromisoformat(node.value)
    except ValueError:
        _refuse(node, f"{node.value!r} is not a day written as 2025-03-01")


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _day)


def read_yaml(text: str, file: str) -> object:
    """The plain values in a YAML text; raises `Misconfigured` naming the file and the line."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 (a safe loader)
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        line = f" line {mark.line + 1}" if mark else ""
        raise Misconfigured(f"{file}{line}: {wrong.problem or wrong.context}") from None
    except yaml.YAMLError as wrong:
        raise Misconfigured(f"{file}: {wrong}") from None


_RULES = {
    "extra_forbidden": "this key is unknown here",
    "missing": "this key is missing",
    "string_type": 'write text; a number or a yes or no stands in quotes, such as "0.06"',
    "date_type": "write a day as 2025-03-01",
    "bool_type": "write true or false",
    "dict_type": "write keys with values here",
    "model_type": "write keys with values here",
}

# pydantic names a key that is a day by how Python would write it.
_DAY_KEY = re.compile(r"datetime\.date\((\d+), (\d+), (\d+)\)")


def _key(part: int | str) -> str:
    day = _DAY_KEY.fullmatch(str(part))
    return date(*(int(number) for number in day.groups())).isoformat() if day else str(part)


def _refusal(error: ErrorDetails) -> str:
    where = ".".join(_key(part) for part in error["loc"] if part != "[key]")
    rule = _RULES.get(error["type"], error["msg"].removeprefix("Value error, "))
    shown = "" if error["type"] == "missing" or isinstance(error["input"], dict) else f": {error['input']!r}"
    return f"{where}{shown}: {rule}" if where else rule


def checked(model: type[Model], content: object, file: str) -> Model:
    """The content as a checked value; raises `Misconfigured` naming file, key, value and rule."""
    try:
        return model.model_validate(content)
    except ValidationError as wrong:
        errors = wrong.errors(include_url=False)
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise Misconfigured(f"{file}: {_refusal(errors[0])}{more}") from None
