"""What every letter has: whom it goes to, who can be asked, and how it is paid; from what is known on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bank.reference import reference_of
from servicing.creditor import Creditor
from servicing.debtors.values import Particulars
from servicing.facts import Fact
from servicing.representatives import Scope, addressee, representatives_on

Fields = dict[str, object]


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a letter goes to: the lines on the envelope; `about` and `via` where somebody stands for the debtor."""

    lines: tuple[str, ...]
    about: str = ""
    via: str = ""

    @property
    def is_known(self) -> bool:
        """Whether there is an address to send to."""
        return len(self.lines) > 1


def addressee_on(
    particulars: Particulars, facts: Sequence[Fact], debtor: int, day: date, scope: Scope = "letters"
) -> Addressee:
    """Whom a letter to a debtor goes to: who stands for him, or his heirs, or himself (CRVB:2018:1831)."""
    name = addressee(particulars.name, facts, debtor, day)
    for one in representatives_on(facts, debtor, day, scope):
        return Addressee((one.name, *_parts(one.address)), about=name, via=one.name)
    return Addressee((name, *address_lines(particulars)))


def address_lines(particulars: Particulars) -> tuple[str, ...]:
    """The lines of an address below the name, as Dutch post wants them; none where it is unknown."""
    if not particulars.has_address:
        return ()
    street = f"{particulars.street} {particulars.house_number}".strip()
    city = f"{particulars.postcode}  {particulars.city}".strip()
    abroad = () if particulars.country == "NL" else (particulars.country,)
    return (street, city, *abroad)


def frame(to: Addressee, contact: tuple[str, str]) -> Fields:
    """The fields of whom it goes to and who can be asked (name and telephone)."""
    fields: Fields = {"addressee": list(to.lines), "contact_name": contact[0], "contact_phone": contact[1]}
    return fields | ({"about": to.about} if to.about else {})


def payment_fields(creditor: Creditor, loan: int, cents: int) -> Fields:
    """The fields of the payment block."""
    return {
        "pay_amount": cents,
        "pay_reference": reference_of(loan),
        "pay_iban": creditor.iban,
        "pay_holder": creditor.account_holder,
    }


def payments_apart(each: Mapping[int, int]) -> Fields:
    """The field for a letter about several loans: what is paid on each, by loan, with the reference of that loan."""
    if len(each) < 2:
        return {}
    return {"pay_rows": [[str(loan), cents, reference_of(loan)] for loan, cents in sorted(each.items())]}


def _parts(address: str) -> tuple[str, ...]:
    """An address on one line as lines."""
    return tuple(part.strip() for part in address.split(",") if part.strip())
