"""Bank statements are read as the bank meant them, or refused with file, line, value and rule."""

from __future__ import annotations

from datetime import date

import pytest

from bank.camt_lines import MOST_PARTS, Entry
from bank.statement import BadStatement, Balance, End, Heading, Line
from tests.camt_files import (
    NEW_NAMES,
    OTHER,
    OWN,
    PLAIN_ENTRY,
    amount,
    balance,
    details,
    document,
    element,
    entry,
    head,
    lines,
    nested,
    one,
    part,
    party,
    read,
    refused,
)

VERSIONS = [(kind, version) for kind in ("053", "054") for version in range(2, 14)]


# What is read.

BANK_SAYS = (
    nested("BkTxCd/Domn", element("Cd", "PMNT"), nested("Fmly/Cd", "RCDT")),
    element("AcctSvcrRef", "BANK-1"),
    element("NtryRef", "7"),
)


@pytest.mark.parametrize("form", VERSIONS)
def test_h6_every_version_is_read(form: tuple[str, int]) -> None:
    version = form[1]
    status = nested("Cd", "BOOK") if version >= NEW_NAMES else "BOOK"
    known = details(part(element("RltdPties", party("Dbtr", "J. Test", OTHER, version))))
    heading, line, end = read(document([entry("10.00", known, status=status)], closing="110.00", form=form))
    assert isinstance(heading, Heading)
    assert (heading.kind, heading.version, heading.account) == (*form, OWN)
    assert (heading.opening is None) == (form[0] == "054")
    assert isinstance(line, Line)
    assert (line.cents, line.name, line.iban) == (1000, "J. Test", OTHER)
    assert end == End(1, 1000, 0, 0)


def test_the_heading_says_what_the_bank_says() -> None:
    heading, end = read(document([]))
    assert isinstance(heading, Heading)
    assert (heading.message_id, heading.statement_id, heading.number) == ("MESSAGE-1", "STATEMENT-1", 62)
    assert heading.opening == Balance(date(2025, 2, 28), 10000)
    assert heading.closing == Balance(date(2025, 3, 3), 10000)
    assert (heading.currency, heading.is_copy, heading.page, heading.is_last_page) == ("EUR", False, 1, True)
    assert end == End(0, 0, 0, 0)


REFERENCES = element(
    "Refs",
    element("AcctSvcrRef", "PART-1"),
    element("InstrId", "INSTRUCTION"),
    element("EndToEndId", "END-TO-END"),
    element("TxId", "TRANSACTION"),
    element("MndtId", "MANDATE"),
)


def test_a_line_says_how_the_bank_calls_it() -> None:
    line = one(*BANK_SAYS, details(part(REFERENCES)))
    assert (line.account_reference, line.entry_reference, line.part_reference) == ("BANK-1", "7", "PART-1")
    assert (line.transaction_id, line.instruction_id) == ("TRANSACTION", "INSTRUCTION")
    assert (line.end_to_end_id, line.mandate_id) == ("END-TO-END", "MANDATE")
    assert (line.code, line.bank_reference, line.file_line) == ("PMNT-RCDT-", "BANK-1", 40)


def test_a_line_says_who_paid_what_when_and_why() -> None:
    parties = element("RltdPties", party("Dbtr", "Çelik &amp; zn", OTHER), nested("UltmtDbtr/Nm", "Ö. Çelik"))
    why = nested("RmtInf/Strd/CdtrRefInf/Ref", "5010002167010010") + nested("RmtInf/Ustrd", "maart")
    line = one(nested("ValDt/Dt", "2025-03-04"), details(part(parties, why, element("AddtlTxInf", "more"))))
    assert (line.booked, line.value) == (date(2025, 3, 3), date(2025, 3, 4))
    assert (line.cents, line.signed_cents, line.is_reversal) == (1000, 1000, False)
    assert (line.name, line.iban, line.ultimate_name) == ("Çelik & zn", OTHER, "Ö. Çelik")
    assert (line.references, line.text, line.additional) == (("5010002167010010",), "maart", "more")
    assert (line.part, line.parts, line.batch_id, line.batch_count, line.charges) == (1, 1, "", 0, 0)


def test_a_prefix_changes_nothing() -> None:
    plain = document([PLAIN_ENTRY], closing="110.00").decode()
    named = plain.replace("<", "<bank:").replace("<bank:/", "</bank:").replace("<bank:?", "<?")
    assert read(named.replace("xmlns=", "xmlns:bank=").encode()) == read(plain.encode())


def test_odd_but_harmless_elements_are_passed_over() -> None:
    odd = element("Unknown", element("Deep", nested("Amt", "1")), element("Amt", "2", Ccy="USD"))
    content = document([odd, entry("10.00", odd, details(odd, part(odd)))], closing="110.00")
    assert [line.cents for line in lines(content)] == [1000]


def test_texts_of_several_lines_become_one() -> None:
    text = nested("RmtInf", element("Ustrd", " een\n   twee "), element("Ustrd", "drie<!-- geen -->vier"))
    assert one(details(part(text))).text == "een twee drievier"


def test_no_value_date_is_the_booking_date() -> None:
    assert one().value == date(2025, 3, 3)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2025-01-04T23:00:00.000Z", date(2025, 1, 5)),
        ("2025-07-04T21:59:59Z", date(2025, 7, 4)),
        ("2025-07-04T22:00:00Z", date(2025, 7, 5)),
        ("2025-01-05T00:30:00+01:00", date(2025, 1, 5)),
        (" 2025-01-05T23:59:59", date(2025, 1, 5)),
    ],
)
def test_a_moment_falls_on_its_day_in_amsterdam(moment: str, day: date) -> None:
    content = document([entry("10.00", nested("BookgDt/DtTm", moment), day="")], closing="110.00")
    assert [line.booked for line in lines(content)] == [day]


@pytest.mark.parametrize(("word", "reversal"), [("YES", True), ("true", True), ("1", True), ("false", False)])
def test_a_yes_is_understood_as_banks_write_it(word: str, *, reversal: bool) -> None:
    assert one(element("RvslInd", word)).is_reversal is reversal


def test_a_statement_without_entries_is_read() -> None:
    assert read(document([]))[1:] == [End(0, 0, 0, 0)]


def test_several_statements_in_a_file() -> None:
    once = document([PLAIN_ENTRY], closing="110.00").decode()
    begin, end = once.index("<Stmt>"), once.index("</Stmt>") + len("</Stmt>")
    twice = once[:end] + once[begin:end] + once[end:]
    assert [type(item) for item in read(twice.encode())] == [Heading, Line, End] * 2


def test_what_is_not_booked_yet_is_left_out_and_counted() -> None:
    waiting = [entry("5.00", status="PDNG"), entry("6.00", status="INFO"), PLAIN_ENTRY]
    assert read(document(waiting, closing="110.00"))[-1] == End(1, 1000, 0, 2)


def test_a_page_opens_and_closes_with_interim_balances() -> None:
    pages = head() + balance("ITBD", "50.00", "2025-02-28") + balance("ITBD", "60.00")
    heading = read(document([PLAIN_ENTRY], heading=pages))[0]
    assert isinstance(heading, Heading)
    assert heading.opening == Balance(date(2025, 2, 28), 5000)
    assert heading.closing == Balance(date(2025, 3, 3), 6000)


def test_an_overdrawn_account() -> None:
    overdrawn = head() + balance("PRCD", "5.00", "2025-02-28", "DBIT") + balance("CLBD", "5.00")
    assert read(document([PLAIN_ENTRY], heading=overdrawn))[-1] == End(1, 1000, 0, 0)


# Returns.


def returned(*parties: str) -> Line:
    return one(
        element("RvslInd", "true"),
        nested("BkTxCd/Domn/Fmly/SubFmlyCd", "UPDD"),
        details(
            part(
                nested("Refs/EndToEndId", "C-1"),
                element("RltdPties", *parties),
                nested("RtrInf/Rsn/Cd", "MD06"),
            )
        ),
        sign="DBIT",
    )


@pytest.mark.parametrize(
    "parties",
    [
        (party("Cdtr", "J. Test", OTHER),),
        (party("Dbtr", "J. Test", OTHER), party("Cdtr", "Gemeente", OWN)),
        (party("Dbtr", "J. Test", OTHER), nested("Cdtr/Nm", "Gemeente")),
    ],
)
def test_a_returned_collection_names_the_other_side(parties: tuple[str, ...]) -> None:
    line = returned(*parties)
    assert (line.name, line.iban, line.signed_cents) == ("J. Test", OTHER, -1000)
    assert line.is_reversal
    assert line.is_return
    assert (line.return_reason, line.original_end_to_end_id) == ("MD06", "C-1")


def test_a_payment_is_no_return() -> None:
    line = one(details(part(nested("Refs/EndToEndId", "NOTPROVIDED"))))
    assert (line.is_return, line.end_to_end_id, line.original_end_to_end_id) == (False, "", "")


def test_charges_are_the_total_or_the_sum() -> None:
    charged = element("Chrgs", element("Rcrd", amount("0.30")), element("Rcrd", amount("0.05")))
    assert one(details(part(charged))).charges == 35
    assert one(element("Chrgs", amount("0.40", "TtlChrgsAndTaxAmt"), amount("0.40"))).charges == 40


# Batches.


def batch(*amounts: str) -> str:
    ordered = element("Btch", element("PmtInfId", "COLLECTION-1"), element("NbOfTxs", str(len(amounts))))
    return details(ordered, *(part(nested("AmtDtls/TxAmt", amount(each))) for each in amounts))


def test_e4_every_part_of_a_batch_is_a_line_of_its_own() -> None:
    found = lines(document([entry("30.00", batch("10.00", "15.00", "5.00"))], closing="130.00"))
    assert [(line.cents, line.part, line.parts) for line in found] == [
        (1000, 1, 3),
        (1500, 2, 3),
        (500, 3, 3),
    ]
    assert {(line.batch_id, line.batch_count) for line in found} == {("COLLECTION-1", 3)}
    assert len({line.file_line for line in found}) == 3


def test_e4_a_batch_that_is_not_listed_is_one_line() -> None:
    (line,) = lines(document([entry("30.00", batch())], closing="130.00"))
    assert (line.cents, line.parts, line.batch_id) == (3000, 1, "COLLECTION-1")


def test_e4_details_in_two_groups_keep_their_own_batch() -> None:
    second = batch("5.00").replace("COLLECTION-1", "COLLECTION-2")
    found = lines(document([entry("15.00", batch("10.00"), second)], closing="115.00"))
    assert [(line.batch_id, line.part, line.parts) for line in found] == [
        ("COLLECTION-1", 1, 2),
        ("COLLECTION-2", 2, 2),
    ]


def test_e4_a_part_may_go_the_other_way() -> None:
    back = part(amount("2.00"), element("CdtDbtInd", "DBIT"))
    content = document([entry("10.00", details(part(amount("12.00")), back))], closing="110.00")
    assert [line.signed_cents for line in lines(content)] == [1200, -200]
    assert read(content)[-1] == End(2, 1200, 200, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        batch("10.00", "19.99"),
        batch("10.00"),
        details(part(), part()),
        details(part(amount("30.00")), part(amount("0.00"))),
        details(part(element("Amt", "30.00", Ccy="USD"))),
        details(part(amount("0"))),
    ],
)
def test_e4_parts_that_do_not_add_up_are_refused(wrong: str) -> None:
    refused(document([entry("30.00", wrong)], closing="130.00"), "line ", "part")


def test_e4_an_entry_holds_a_bounded_number_of_parts() -> None:
    full = Entry([], 1, parts=[[]] * MOST_PARTS)
    with pytest.raises(BadStatement, match="too many"):
        full.take([], [], lambda _: BadStatement("too many"))


def test_the_only_part_may_leave_its_amount_to_the_entry() -> None:
    abroad = nested("AmtDtls/InstdAmt", element("Amt", "11.00", Ccy="USD"))
    assert one(details(part(abroad))).cents == 1000
