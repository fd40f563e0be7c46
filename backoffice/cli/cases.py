"""Cases from a file or from standard input: read one by one, answered, and refused one by one."""

from __future__ import annotations

import codecs
import contextlib
import json
import os
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NoReturn, TextIO

from backoffice.cli.fields import Case, Number
from backoffice.cli.side_by_side import in_order
from ledger.errors import BadInput, IoFailed
from servicing.reading import CaseRefused, Reader

Answer = Callable[[Case], Mapping[str, object]]
"""From a case to its result; raises `BadInput` for a case it refuses."""

LONGEST_CASE = 1_000_000
"""Bytes a case may take; a case is a few hundred."""

MOST_PASSED_OVER = 100_000_000
"""Bytes of blank lines, or of what is too long for a case, after which the input is refused: a pipe may never end."""

BLANK_LINE = 100
"""For so many of these bytes a blank line counts: to pass over it takes as long."""

STANDARD_INPUT = "-"


def answer_cases(source: str, answer: Answer, out: TextIO) -> None:
    """Write the answer to each case in a file (or `-`) as a line of JSON, in order.

    A `.json` file holds one case, a `.jsonl` file a case a line; anything else is JSON Lines if its first
    line parses alone. A refused case gives {"error": ...} and the others are answered; in the end that
    raises `CaseRefused`.
    """
    answered = refused = 0
    with _opened(source) as stream:
        for line, is_refused in in_order(_cases(Path(source).suffix, stream), partial(_answer_line, answer)):
            out.write(line + "\n")
            answered += 1
            refused += is_refused
    out.flush()
    if not answered:
        raise CaseRefused(f"{source}: holds no case")
    if refused:
        raise CaseRefused(f"{source}: {refused} of {answered} cases refused; see their errors")


def the_case(source: str) -> Case:
    """The one case in a file (or `-`); raises `CaseRefused` for none, more than one, or a wrong one."""
    with _opened(source) as stream:
        found = list(islice(_cases(Path(source).suffix, stream), 2))
    if len(found) != 1:
        raise CaseRefused(f"{source}: must hold one case")
    return read_case(found[0])


def _answer_line(answer: Answer, text: bytes) -> tuple[str, bool]:
    """The answer to a case as a line of JSON, and whether it was refused."""
    result = answer_text(text, answer)
    return json.dumps(result, separators=(",", ":")), "error" in result


def answer_text(text: bytes, answer: Answer) -> Mapping[str, object]:
    """The answer to a case as it stands in a file, or {"error": ...} naming key, value and rule."""
    try:
        return answer(read_case(text))
    except BadInput as wrong:
        return {"error": str(wrong)}


def read_case(text: bytes) -> Case:
    """The keys and values of one case in JSON; numbers stay as they were written. Raises `CaseRefused`."""
    if len(text) > LONGEST_CASE:
        raise CaseRefused(f"case: longer than {LONGEST_CASE} bytes: a case must be shorter")
    try:
        case: object = _parse(text)
    except UnicodeDecodeError as wrong:
        at, byte = wrong.start, wrong.object[wrong.start]
        raise CaseRefused(f"case: byte 0x{byte:02x} at position {at}: must be UTF-8") from None
    except json.JSONDecodeError as wrong:
        raise CaseRefused(
            f"case: {wrong.msg} at line {wrong.lineno} column {wrong.colno}: must be JSON"
        ) from None
    except RecursionError:
        raise CaseRefused("case: nested too deeply: a case is a flat JSON object") from None
    if not isinstance(case, dict):
        raise Reader({}).refuse("case", case, "must be a JSON object")
    return case


def _parse(text: bytes) -> object:
    return json.loads(
        text.removeprefix(codecs.BOM_UTF8).decode("utf-8"),
        parse_float=Number,
        parse_int=Number,
        parse_constant=_refuse_constant,
        object_pairs_hook=_without_duplicates,
    )


def _refuse_constant(constant: str) -> NoReturn:
    raise CaseRefused(f"case: {constant}: must be a number that JSON knows")


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values: dict[str, object] = {}
    for key, value in pairs:
        if key in values:
            raise Reader({}).refuse(key, value, "must not be given twice")
        values[key] = value
    return values


@contextlib.contextmanager
def _opened(source: str) -> Iterator[BinaryIO]:
    if source == STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    try:
        opened = Path(source).open("rb")  # noqa: SIM115 - closed below; what goes wrong there is not the fault of this file
    except (FileNotFoundError, IsADirectoryError):
        raise BadInput(f"input: {source}: must be a file that exists, or -") from None
    except OSError as wrong:
        raise IoFailed(f"{source}: {wrong.strerror}") from wrong
    with opened as stream:
        kind = os.fstat(stream.fileno()).st_mode
        if stat.S_ISCHR(kind) or stat.S_ISBLK(kind):
            raise BadInput(f"input: {source}: must be a file or -: a device may never end")
        yield stream


def _cases(suffix: str, stream: BinaryIO) -> Iterator[bytes]:
    """The text of each case."""
    if suffix == ".json":
        yield stream.read(LONGEST_CASE + 1)
        return
    lines = _lines(stream)
    first = next(lines, None)
    if first is None:
        return
    if suffix == ".jsonl" or _stands_alone(first):
        yield first
        yield from lines
    else:
        yield first + stream.read(LONGEST_CASE + 1)


def _stands_alone(line: bytes) -> bool:
    """Whether a line is JSON by itself, be it a good case or not."""
    try:
        _parse(line)
    except (ValueError, RecursionError):
        return False
    except CaseRefused:
        return True
    return True


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Lines that are not blank; of one that is too long only as much as shows that it is.

    Raises `CaseRefused` where so much is passed over that nothing may ever come.
    """
    passed = 0
    while line := stream.readline(LONGEST_CASE + 1):
        rest = line
        while not rest.endswith(b"\n") and len(rest) > LONGEST_CASE:
            rest = stream.readline(LONGEST_CASE + 1)
            passed = _passed_over(passed + len(rest))
        if line.strip():
            yield line
            passed = 0
        else:
            passed = _passed_over(passed + max(len(line), BLANK_LINE))


def _passed_over(count: int) -> int:
    """How many bytes held no case; raises `CaseRefused` for too many."""
    if count > MOST_PASSED_OVER:
        raise CaseRefused(
            f"input: {MOST_PASSED_OVER} bytes without a case: must be cases of JSON, one a line, or one case"
        )
    return count
