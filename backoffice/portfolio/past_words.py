"""The words of cells about what was before the cut-over, in English and Dutch, by kind of cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from servicing.limitation import ActKind
from servicing.representatives import ROLES

PastKind = Literal["deferred", "deferral_end", "decided", "reminder", "act", "role"]

ACTS: Mapping[str, ActKind] = {
    "legal_action": "legal_action",
    "daad_van_rechtsvervolging": "legal_action",
    "acknowledgement": "acknowledgement",
    "erkenning": "acknowledgement",
    "formal_reminder": "formal_reminder",
    "aanmaning": "formal_reminder",
    "set_off": "set_off",
    "verrekening": "set_off",
    "enforcement_order": "enforcement_order",
    "dwangbevel": "enforcement_order",
    "execution": "execution",
    "tenuitvoerlegging": "execution",
    "written_notice": "written_notice",
    "schriftelijke_mededeling": "written_notice",
}

PAST_WORDS: Mapping[PastKind, Mapping[str, str]] = {
    "deferred": {"principal": "principal", "aflossing": "principal", "all": "all", "alles": "all"},
    "deferral_end": {"extend": "extend", "schuift_op": "extend", "same": "same", "blijft": "same"},
    "decided": {
        "grant": "grant",
        "toekenning": "grant",
        "settlement": "settlement",
        "vaststelling": "settlement",
        "remission": "remission",
        "kwijtschelding": "remission",
        "recovery": "recovery",
        "terugvordering": "recovery",
        "due-at-once": "due-at-once",
        "opeising": "due-at-once",
        "instalment": "instalment",
        "termijnbedrag": "instalment",
        "arrangement": "arrangement",
        "regeling": "arrangement",
        "enforcement": "enforcement",
        "dwangbevel": "enforcement",
        "other": "other",
        "overig": "other",
    },
    "reminder": {
        "friendly": "friendly",
        "herinnering": "friendly",
        "formal": "formal",
        "aanmaning": "formal",
        "default": "default",
        "ingebrekestelling": "default",
        "notice": "notice",
        "voornemen": "notice",
        "enforcement": "enforcement",
        "dwangbevel": "enforcement",
    },
    "act": ACTS,
    "role": {role: role for role in ROLES},
}

SCOPE_WORDS: Mapping[str, str] = {
    "decisions": "decisions",
    "besluiten": "decisions",
    "letters": "letters",
    "brieven": "letters",
    "money": "money",
    "geld": "money",
}
