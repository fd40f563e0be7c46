"""Every kind of letter says what it must say: the elements are looked for in the text of the printed file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from bank.epc import Payee, epc_text
from letters.catalogue import Kind
from letters.compose import compose
from letters.fields import shown
from letters.render import render
from letters.samples import FUND, sample
from servicing.files import products
from tests.letter_reading import codes, printed, read, text, the_press

KINDS = the_press().catalogue.kinds

REQUIRED: dict[str, tuple[str, ...]] = {
    # The twenty.
    "grant_business_capital": ("€ 25.000,00", "8% per jaar", "bedrijfsauto", "60 keer", "€ 506,91", "31 januari 2027",
        "31 december 2031", "direct opeisbaar", "stopt of overdraagt", "failliet", "pandrecht", "artikel 39"),
    "grant_living_allowance": ("voorlopig als lening zonder rente", "Na afloop van uw boekjaar", "jaarcijfers binnen zes maanden",
        "artikel 38", "artikel 11"),
    "repayment_schedule": ("€ 25.000,00", "€ 506,91 al te laat", "Aflossing", "Rente", "Te betalen", "Restant", "31 januari 2027"),
    "yearly_statement": ("jaaroverzicht 2025", "Hoofdsom", "Rente", "Kosten", "€ 23.166,42", "€ 1.924,51 rente", "€ 506,91 te laat"),
    "mortgage_yearly_statement": ("artikel 43d", "uw lening € 23.166,42", "saldo van rente was € 123,40"),
    "yearly_figures_request": ("jaarrekening over 2025", "uiterlijk op 15 januari 2027", "alles terugvragen", "meer tijd"),
    "yearly_figures_reminder": ("1 april 2026", "15 januari 2027", "alles terugbetaalt", "nieuwe datum"),
    "clawback_intention": ("Netto inkomen", "€ 4.829,52", "nog niets besloten", "uw omstandigheden", "10 december 2026", "langskomen"),
    "settlement": ("Netto inkomen", "€ 4.414,76 terug", "als gift", "€ 414,76 meer", "€ 2.000,00, blijft een lening zonder rente",
        "binnen zes weken", "belangen afgewogen", "kinderen", "artikel 12"),
    "settlement_withdrawn": ("20 augustus 2026", "trekken wij in", "€ 4.414,76 terug", "Had u al iets betaald?", "nieuw besluit"),
    "interest_remission": ("Onder de jaarnorm", "€ 962,25 rente", "artikel 21", "verrekenen", "€ 455,34"),
    "arrangement": ("€ 150,00 per maand", "31 december 2026", "31 mei 2029", "voorwaarden", "loopt de wettelijke rente door", "artikel 4:101",
        "in een keer betalen"),
    "deferral": ("1 december 2026 tot en met 31 mei 2027", "de aflossing en de rente", "18 van de 36 maanden", "artikel 41"),
    "reminder": ("€ 1.058,82", "kost u niets", "Termijn 15"),
    "formal_reminder": ("binnen twee weken", "de dag nadat wij deze brief hebben verstuurd", "10 december 2026", "€ 19,00 (Awb artikel 4:113)",
        "laten innen. De kosten daarvan zijn voor u", "artikel 4:112", "€ 1.077,82"),
    "last_reminder": ("Aangetekend", "vijf werkdagen", "5 november 2026 kreeg u een aanmaning", "kosten daarvan zijn voor u"),
    "statutory_interest": ("1 september 2025 tot 1 januari 2026", "€ 56,10", "artikel 4:99", "Procent per jaar", "binnen zes weken"),
    "calling_in": ("uw bedrijf op 1 oktober 2026 beëindigd", "€ 23.314,15", "binnen zes weken", "artikel 41 lid 4", "belangen afgewogen"),
    "recovery_decision": ("€ 23.314,15 terugbetalen", "binnen zes weken", "artikel 58 lid 2 onder b", "belangen afgewogen"),
    "enforcement_order": ("Dwangbevel", "€ 1.058,82", "besluit van 20 augustus 2026, kenmerk 2026-002207", "aanmaningsvergoeding van € 19,00",
        "Vanaf 20 november 2026", "voor uw rekening", "ten uitvoer gelegd", "In naam van de Koning", "Wat u moest betalen"),
    "set_off": ("schuld is € 23.314,15", "uitkering is € 1.401,23", "beslagvrije voet", "€ 1.331,17", "€ 70,06 per maand", "artikel 4:93"),
    "interest_free_after_end": ("de helft van uw netto-inkomen", "vijf jaar", "€ 250,00", "Elk jaar vragen wij om uw inkomen", "artikel 43 lid 2"),
    "interest_holiday": ("1 december 2026 tot en met 30 november 2027 betaalt u geen rente", "Vanaf 1 december 2027 loopt er weer rente", "alleen over de rente"),
    "waiver": ("€ 8.123,40 niet meer te betalen", "artikel 4:94a", "voorwaarde"),
    "rest_waiver": ("€ 8.123,40 niet meer te betalen", "1 oktober 2021 tot en met 30 september 2026", "€ 19.326,00", "artikel 43 lid 2"),
    "buy_off": ("€ 15.190,75 in een keer", "10 december 2026", "€ 8.123,40"),
    "out_of_collection": ("voorlopig niet om te betalen", "blijft wel bestaan", "26 november 2027"),
    "interruption": ("verjaren", "nieuwe termijn van vijf jaar", "artikel 4:106", "binnen twee weken", "artikel 4:112", "bewijs van bezorging",
        "laten innen. De kosten daarvan zijn voor u", "€ 19,00 (Awb artikel 4:113)"),
    "final_statement": ("niets meer schuldig", "€ 0,00", "25 november 2026"),
    # What practice adds.
    "request_refused": ("uitstel van betaling voor zes maanden", "19 oktober 2026", "Waarom beslissen wij dit?", "artikel 4:94"),
    "arrangement_ended": ("betalingsregeling", "10 februari 2026", "1 december 2026", "artikel 4:96"),
    "calling_in_hearing": ("nog niets besloten", "10 december 2026", "langskomen", "€ 23.314,15"),
    "settlement_offer_answer": ("24% tegen kwijting", "artikel 42", "€ 5.595,40", "naar verhouding", "zekerheid"),
    "balance_statement": ("A. de Vries-Özdemir", "Hoofdsom", "€ 23.314,15", "25 november 2026"),
    "claim_filing": ("C/16/26/123 R", "€ 23.314,15", "wettelijke schuldsanering", "bevoorrecht", "pandrecht"),
    "review_form": ("15 januari 2027", "netto-inkomen", "huur of hypotheek", "handtekening", "artikel 60 lid 1"),
    "review_outcome": ("blijft € 150,00", "€ 1.901,23", "€ 250,00", "1 november 2027"),
    "figures_received": ("jaarrekening over 2025", "Wat missen wij nog?", "15 januari 2027", "uiterlijk op 31 maart 2027 een besluit"),
    "direct_debit_notice": ("€ 506,91", "31 december 2026", "NL60 TEST 0340 0000 04", "M-300000017-1", "NL69ZZZ000000030000", "acht weken"),
    "correction": ("12 november 2026", "aanmaning", "geldt niet meer", "excuses", "€ 19,00"),
    "objection_outcome": ("1 september 2026", "gegrond", "ingetrokken", "artikel 4:102"),
    "preparation_costs_interest": ("vanaf 1 januari 2027", "€ 60,83", "8% per jaar", "artikel 29"),
    "grant_preparation_costs": ("€ 3.000,00", "Start u niet?", "artikel 29"),
    "guarantee_called": ("Voorbeeldbank", "12 november 2026", "8% per jaar", "artikel 16"),
    # Private law.
    "private_reminder": ("14 maart 2024", "€ 1.058,82", "kost u niets"),
    "private_notice_of_default": ("Ingebrekestelling", "redelijke termijn", "10 december 2026", "in verzuim", "artikel 6:82"),
    "private_default_by_date": ("vaste datums", "in verzuim", "artikel 6:83", "10 december 2026"),
    "private_fourteen_days": ("binnen veertien dagen", "de dag nadat u deze brief heeft ontvangen", "12 december 2026", "€ 158,82", "15% over", "artikel 6:96"),
    "private_arrangement": ("allebei hebben getekend", "€ 1.058,82", "handtekening van u", "namens de provincie Flevoland"),
    "private_calling_in": ("artikel 9 van de overeenkomst", "€ 23.314,15", "10 december 2026"),
    "private_interruption": ("ondubbelzinnig het recht voor op betaling", "artikel 3:317", "nieuwe termijn van vijf jaar", "bewijs van bezorging"),
    # Service.
    "payment_confirmation": ("€ 506,91", "25 november 2026", "Aflossing van termijn 16", "schuld € 23.314,15"),
    "payoff_statement": ("€ 23.314,15", "30 november 2026", "€ 23.344,99", "tot en met 2 december 2026", "geen kosten"),
    "welcome": ("€ 25.000,00", "24 november 2026", "Uw aflossingsschema", "31 januari 2027", "€ 506,91", "Restant"),
    "bounced_direct_debit": ("€ 506,91", "20 november 2026", "niet genoeg geld", "niets extra"),
    "address_enquiry": ("Kustweg 12 b", "binnen twee weken", "handtekening"),
    "estate": ("30 oktober 2026 is overleden", "condoleren", "nalatenschap", "€ 23.314,15", "beneficiair", "geen herinneringen"),
    "statement_of_account": ("1 januari 2026 tot en met 25 november 2026", "Termijn 5 te betalen", "Saldo", "nog niet geboekt"),
}  # fmt: skip
"""What must stand in each letter, besides what all have (Awb 3:45, 4:86-4:122, 6:7; Bbz 2004; BW)."""

FORBIDDEN_UNDER_PRIVATE_LAW = (
    *("besluit", "beschikking", "bezwaar", "terugvordering", "aanmaning", "dwangbevel", "awb", "college"),
)


def test_every_kind_is_in_the_table() -> None:
    assert set(REQUIRED) == set(KINDS)


def test_every_letter_a_product_names_exists() -> None:
    assert not {name for product in products().values() for name in product.letters} - set(KINDS)


def test_letters_call_every_product_by_words_that_fit_in_a_sentence() -> None:
    """Such as: Dit is het schema van uw lening voor bedrijfskapitaal."""
    names = {code: product.in_letters for code, product in products().items()}
    said = "lening", "krediet", "schuld", "terugvordering"
    assert not [code for code, name in names.items() if "," in name or not any(word in name for word in said)]
    assert not [code for code, name in names.items() if name == products()[code].name.nl]
    private = [one.in_letters for one in products().values() if one.kind == "private"]
    assert not [name for name in private for word in FORBIDDEN_UNDER_PRIVATE_LAW if word in name.lower()]


@pytest.mark.parametrize("code", KINDS)
def test_every_required_element_is_on_the_page(code: str) -> None:
    said = text(code)
    assert not [element for element in REQUIRED[code] if element not in said]


def test_a_debt_settlement_that_is_refused_promises_nothing() -> None:
    one = sample(the_press().catalogue, "settlement_offer_answer")
    fields = {**one.fields, "answer": "Wij werken niet mee aan dit voorstel.", "refused": True}
    refused = read(render(the_press(), replace(one, fields=fields)).content)
    assert "uw afspraken over betalen blijven gelden" in refused
    assert "geen herinneringen" not in refused
    assert "geen herinneringen" in text("settlement_offer_answer")


@pytest.mark.parametrize("code", KINDS)
def test_the_sample_of_every_letter_could_be_real(code: str) -> None:
    """Nothing that is open falls due, and nothing that happened lies, after the letter; nothing is due before it."""
    fields = sample(the_press().catalogue, code).fields
    day = str(fields["date"])
    happened = (
        "disbursed_on",
        "paid_on",
        "closed_on",
        "reminder_date",
        "formal_reminder_date",
        "balance_day",
    )
    assert not [name for name in happened if str(fields.get(name, "")) > day]
    assert not [row for row in rows_of(fields, "open_rows") if str(row[0]) > day]
    assert str(fields.get("pay_before") or day) >= day
    balance = 2_500_000
    for _, _, principal, interest, due, left in rows_of(fields, "schedule_rows"):
        balance -= principal
        assert (principal + interest, balance) == (due, left)
    for name in ("earlier_rows", "statement_rows"):
        rows = rows_of(fields, name)
        for before, row in pairwise(rows):
            assert row[-1] == before[-1] + sum(row[2:-1]), (name, row)


def rows_of(fields: Mapping[str, object], name: str) -> list[Any]:
    rows = fields.get(name) or []
    assert isinstance(rows, list)
    return rows


@pytest.mark.parametrize("code", KINDS)
def test_every_letter_says_who_writes_and_who_can_be_asked(code: str) -> None:
    said = text(code)
    writer = (
        "college van burgemeester en wethouders van Lelystad"
        if "public" in KINDS[code].law
        else "provincie Flevoland"
    )
    for element in (
        writer,
        "26 november 2026",
        "Ons kenmerk 2026-004213",
        "Samira Bakker",
        "0320 00 00 12",
        "Lelystad",
    ):
        assert element in said
    assert "Mevrouw A. de Vries-Özdemir Kustweg 12 b 8243 XJ Lelystad" in said


@pytest.mark.parametrize("code", [code for code, kind in KINDS.items() if kind.asks_money])
def test_a_letter_that_asks_for_money_says_how_to_pay_it(code: str) -> None:
    said, kind = text(code), KINDS[code]
    amount = kind.sample["pay_amount"]
    assert isinstance(amount, int)
    is_public = "public" in kind.law
    payee = (
        Payee("Gemeente Lelystad", "NL87TEST0340000003")
        if is_public
        else Payee(FUND["pay_holder"], FUND["pay_iban"])
    )
    account = " ".join(payee.iban[at : at + 4] for at in range(0, len(payee.iban), 4))
    for element in (account, payee.name, "8000 0003 0000 0017", "Betalingskenmerk", shown("amount", amount)):
        assert element.replace("\u00a0", " ") in said
    assert codes(printed(code).content) == [epc_text(payee, amount, text="8000000300000017")]


@pytest.mark.parametrize("code", [code for code, kind in KINDS.items() if kind.nature == "decision"])
def test_a_decision_tells_how_to_object_and_who_signs(code: str) -> None:
    said = text(code)
    for element in (
        "bezwaar maken",
        "binnen zes weken",
        "De zes weken beginnen op de dag na de dag waarop wij deze brief hebben verstuurd",
        "college van burgemeester en wethouders van Lelystad, Postbus 2003, 8200 AB Lelystad",
        "uiterlijk op 7 januari 2027",
        "uw handtekening",
        "voorlopige voorziening",
        "R. van Dijk",
        "Mandaatbesluit Zelfstandigenloket 2024, artikel 4",
        "Waarom beslissen wij dit?",
    ):
        assert element in said


@pytest.mark.parametrize("code", [code for code, kind in KINDS.items() if kind.nature != "decision"])
def test_a_letter_that_decides_nothing_has_no_objection_clause(code: str) -> None:
    assert "bezwaar maken" not in text(code)


@pytest.mark.parametrize("code", [code for code, kind in KINDS.items() if kind.nature == "reminder"])
def test_a_letter_about_arrears_offers_help(code: str) -> None:
    said = text(code)
    assert "Lukt betalen niet?" in said
    assert "Samen zoeken we een oplossing" in said


@pytest.mark.parametrize("code", [code for code, kind in KINDS.items() if "private" in kind.law])
def test_private_law_has_its_own_words(code: str) -> None:
    kind: Kind = KINDS[code]
    fields = {
        name: value
        for name, value in sample(the_press().catalogue, code).fields.items()
        if name in kind.fields
    }
    if code == "correction":
        fields["withdrawn_letter"] = "ingebrekestelling"
    if code == "claim_filing":
        fields.pop("priority")
    draft = sample(the_press().catalogue, code)
    content = compose(the_press().catalogue, type(draft)(code, "flevoland", fields, "private", "nl"))
    said = repr(content).lower()
    assert not [word for word in FORBIDDEN_UNDER_PRIVATE_LAW if word in said]


@pytest.mark.parametrize(
    ("language", "elements"),
    [
        (
            "en",
            (
                "Summary in English",
                "The letter in Dutch is the one that counts",
                "10 December 2026",
                "0320 00 00 12",
            ),
        ),
        ("pl", ("Streszczenie po polsku", "Wiążący jest list", "10 grudnia 2026", "0320 00 00 12")),
    ],
)
def test_a_summary_in_the_language_of_the_debtor_goes_along(language: str, elements: tuple[str, ...]) -> None:
    said = text("formal_reminder", language)
    assert text("formal_reminder") in said or REQUIRED["formal_reminder"][0] in said
    assert not [element for element in elements if element not in said]
    assert printed("formal_reminder", language).pages == printed("formal_reminder").pages + 1
