"""Cases from files: each is answered or refused by name, whatever stands in the file."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from backoffice.cli.cases import LONGEST_CASE, answer_cases, answer_text, read_case
from backoffice.cli.fields import Case, Number, refuse_unknown, written
from backoffice.cli.side_by_side import BATCH, FEW, in_order
from ledger.errors import BadInput
from servicing.reading import CaseRefused, Reader
from servicing.schedule import UNROUNDED

AMOUNT = "an amount such as 506.91 has at most two decimals and is at most 100000000000.00"


def doubled(case: Case) -> Mapping[str, object]:
    """Twice an amount: the smallest command that reads cases."""
    refuse_unknown(case, ("amount",))
    return {"twice": written(2 * Reader(case).amount("amount"))}


def answers(source: str) -> tuple[list[dict[str, str]], str]:
    """The lines written, and the message in the end."""
    out = io.StringIO()
    message = ""
    try:
        answer_cases(source, doubled, out)
    except CaseRefused as refused:
        message = str(refused)
    return [json.loads(line) for line in out.getvalue().splitlines()], message


def file(folder: Path, name: str, content: str | bytes) -> str:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def test_json_holds_one_case(tmp_path: Path) -> None:
    assert answers(file(tmp_path, "one.json", '{\n"amount":\n"2.50"}\n')) == ([{"twice": "5.00"}], "")


def test_jsonl_holds_a_case_a_line_in_order(tmp_path: Path) -> None:
    source = file(tmp_path, "many.jsonl", '{"amount": "1"}\n\n{"amount": 2.5}\r\n{"amount": "0.01"}')
    assert answers(source) == ([{"twice": "2.00"}, {"twice": "5.00"}, {"twice": "0.02"}], "")


def test_many_cases_keep_their_order_and_their_errors_whoever_answers_them(tmp_path: Path) -> None:
    lines = [f'{{"amount": {number or "NaN"}}}' for number in range(500)]
    lines[321] = '{"amount": "x"}'
    found, message = answers(file(tmp_path, "many.jsonl", "\n".join(lines)))
    assert [each.get("twice") for each in found] == [
        None if number in {0, 321} else f"{2 * number}.00" for number in range(500)
    ]
    assert "amount" in found[321]["error"]
    assert message.endswith("2 of 500 cases refused; see their errors")


@pytest.mark.parametrize("count", [0, 1, FEW - 1, FEW, FEW + 1, FEW + BATCH - 1, FEW + BATCH, 10 * FEW + 7])
def test_no_case_is_lost_where_batches_end(count: int) -> None:
    assert list(in_order(range(count), abs)) == list(range(count))


def test_answers_are_compact_lines(tmp_path: Path) -> None:
    out = io.StringIO()
    answer_cases(file(tmp_path, "one.json", '{"amount": "1"}'), doubled, out)
    assert out.getvalue() == '{"twice":"2.00"}\n'


def test_a_bad_case_stops_no_other(tmp_path: Path) -> None:
    source = file(tmp_path, "many.jsonl", '{"amount": "1"}\n{"amount": "x"}\nnonsense\n{"amount": "2"}\n')
    lines, message = answers(source)
    assert [list(line) for line in lines] == [["twice"], ["error"], ["error"], ["twice"]]
    assert lines[1]["error"] == f"amount: 'x': {AMOUNT}"
    assert message == f"{source}: 2 of 4 cases refused; see their errors"


@pytest.mark.parametrize("name", ["empty.json", "empty.jsonl", "empty"])
def test_an_empty_file_holds_no_case(tmp_path: Path, name: str) -> None:
    lines, message = answers(file(tmp_path, name, " \n"))
    assert message
    assert all("error" in line for line in lines)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('{"amount": "1"}\n{"amount": "2"}\n', ["2.00", "4.00"]),
        ('{\n  "amount": "1"\n}\n', ["2.00"]),
        ('\n\n{"amount": "1"}', ["2.00"]),
    ],
)
def test_another_name_is_lines_if_its_first_line_stands_alone(
    tmp_path: Path, content: str, expected: list[str]
) -> None:
    lines, message = answers(file(tmp_path, "cases.txt", content))
    assert ([line["twice"] for line in lines], message) == (expected, "")


def test_a_refused_first_line_still_stands_alone(tmp_path: Path) -> None:
    lines, _ = answers(file(tmp_path, "cases", '{"amount": NaN}\n{"amount": "1"}\n'))
    assert [list(line) for line in lines] == [["error"], ["twice"]]


def test_a_file_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    for missing in (str(tmp_path / "none.json"), str(tmp_path)):
        with pytest.raises(BadInput, match="must be a file that exists"):
            answers(missing)


def test_output_that_cannot_be_written_is_not_blamed_on_the_input(tmp_path: Path) -> None:
    class Full(io.StringIO):
        def write(self, _text: str) -> int:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left") as refused:
        answer_cases(file(tmp_path, "one.json", '{"amount": "1"}'), doubled, Full())
    assert refused.value.filename is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "case: Expecting value at line 1 column 1: must be JSON"),
        (b'{"amount": "1"', "case: Expecting ',' delimiter at line 1 column 15: must be JSON"),
        (b'{"amount": "1"} {}', "case: Extra data at line 1 column 17: must be JSON"),
        (b"[]", "case: []: must be a JSON object"),
        (b"12", "case: 12: must be a JSON object"),
        (b"null", "case: None: must be a JSON object"),
        (b'{"amount": NaN}', "case: NaN: must be a number that JSON knows"),
        (b'{"amount": -Infinity}', "case: -Infinity: must be a number that JSON knows"),
        (b'{"amount": "1", "amount": "2"}', "amount: '2': must not be given twice"),
        (b'{"x": {"a": 1, "a": 1}}', "a: 1: must not be given twice"),
        (b'{"amounts": "1"}', "amounts: '1': unknown key; known are amount"),
        (b"{}", "amount: is missing"),
        (b'{"amount": null}', "amount: is missing"),
        (b'{"amount": true}', f"amount: True: {AMOUNT}"),
        (b'{"amount": ["1"]}', f"amount: ['1']: {AMOUNT}"),
        (b'{"amount": "\\u001b[31m"}', f"amount: '\\x1b[31m': {AMOUNT}"),
        (b'{"amount": "\\ud800"}', f"amount: '\\ud800': {AMOUNT}"),
    ],
)
def test_a_case_is_refused_by_key_value_and_rule(text: bytes, message: str) -> None:
    assert answer_text(text, doubled) == {"error": message}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"amount": "é"}'.encode("latin-1"), "case: byte 0xe9 at position 12: must be UTF-8"),
        ('{"amount": "1"}'.encode("utf-16"), "case: byte 0xff at position 0: must be UTF-8"),
        ('{"amount": "1"}'.encode("utf-16-le"), "must be JSON"),
        (b'{"amount": "1\x00"}', "must be JSON"),
        ('{"amount": "1"}'.encode("utf-7") + b"+AOk-", "must be JSON"),
    ],
)
def test_h5_other_encodings_are_refused_whole(text: bytes, message: str) -> None:
    answer = answer_text(text, doubled)
    assert message in str(answer["error"])


def test_h5_a_byte_order_mark_of_utf_8_is_no_part_of_the_case(tmp_path: Path) -> None:
    assert answers(file(tmp_path, "one.json", '\ufeff{"amount": "1"}')) == ([{"twice": "2.00"}], "")


def test_h3_deep_nesting_is_refused() -> None:
    assert "nested too deeply" in str(answer_text(b"[" * 200_000, doubled)["error"])


def test_a_long_line_is_refused_and_the_next_is_answered(tmp_path: Path) -> None:
    long = b'{"amount": "' + b"1" * (3 * LONGEST_CASE) + b'"}'
    lines, _ = answers(file(tmp_path, "long.jsonl", long + b'\n{"amount": "1"}\n'))
    assert lines == [
        {"error": f"case: longer than {LONGEST_CASE} bytes: a case must be shorter"},
        {"twice": "2.00"},
    ]


def test_a_long_number_is_refused_in_few_words() -> None:
    error = str(answer_text(b'{"amount": ' + b"9" * 100_000 + b"}", doubled)["error"])
    assert error.startswith("amount: 999")
    assert len(error) < 200


def test_numbers_stay_as_they_were_written() -> None:
    case = read_case(b'{"a": 1.10, "b": 3, "c": "3"}')
    assert case == {"a": "1.10", "b": "3", "c": "3"}
    assert [type(value) for value in case.values()] == [Number, Number, str]


def test_amounts_are_written_with_all_their_decimals() -> None:
    third = UNROUNDED.divide(Decimal(10**13), Decimal(3))
    assert written(third) == "33333333333.33333333333333333333"
    assert written(Decimal(0)) == "0.00000000000000000000"
    assert written(50691) == "506.91"
