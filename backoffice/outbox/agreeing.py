"""What the agreement about a contract says: since when there is a contract, what is late, and what is paid when."""

from __future__ import annotations

from datetime import date

from backoffice.outbox.ending import late_fields
from letters.outbox.framing import Fields
from servicing.arrangement import agreed_in
from servicing.decisions.proposal import Decision
from servicing.facts import FactKind
from servicing.registration import Dossier


def agreement_fields(dossier: Dossier, decision: Decision, today: date) -> Fields:
    """What is late is paid in parts; of a debt settlement its share is. Nothing for another decision."""
    if decision.kind.fact is not FactKind.ARRANGEMENT:
        return {}
    proposed = decision.proposed
    agreed = agreed_in(proposed.data or {}, proposed.value_date, proposed.cents)
    late = int(str(late_fields(dossier, today).get("open_total", 0)))
    parts = agreed.parts(agreed.share or late)
    fields: Fields = {"contract_date": dossier.decision_date.isoformat()}
    if late and not agreed.share:
        fields |= {"open_total": late}
    if parts:
        rows = [[day.isoformat(), cents] for day, cents in parts]
        fields |= {"agreed_rows": rows, "agreed_total": sum(cents for _, cents in parts)}
    return fields
