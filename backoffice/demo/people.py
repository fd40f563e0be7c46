"""Debtors who do not exist: names made of Flevoland's words, addresses without a letter box, numbers not given out."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from stdnum.nl import bsn as eleven_test

from servicing.debtors.values import NewDebtor

FIRST = (
    *(
        "Anna",
        "Bram",
        "Daan",
        "Elif",
        "Fatima",
        "Geertje",
        "Gülşen",
        "Hidde",
        "Ilse",
        "Jesse",
        "José",
        "Kees",
    ),
    *(
        "Łukasz",
        "Maartje",
        "Mohamed",
        "Noor",
        "Olaf",
        "Pieter",
        "Renée",
        "Sanne",
        "Siân",
        "Tjeerd",
        "Wies",
        "Zoë",
    ),
)
BETWEEN = ("", "", "", "van ", "van der ", "de ", "ter ", "op 't ")
FRONT = (
    *("Kwelder", "Polder", "Wad", "Kreek", "Dijk", "Schokker", "Zuider", "Riet", "Lepelaar", "Bever", "Klei"),
    *("Meent", "Terp", "Vaart", "Sluis", "Koggen", "Ooster", "Geul"),
)
BACK = ("veen", "horst", "man", "stra", "zand", "meer", "ooi", "kamp", "boom", "hoek", "land", "wijk")
TRADES = (
    *("Bakkerij", "Fietsenmakerij", "Hoveniersbedrijf", "Klusbedrijf", "Kapsalon", "Autobedrijf", "Studio"),
    *("Theaterbureau", "Visrokerij", "Webwinkel"),
)
STREETS = ("Demodreef", "Voorbeeldlaan", "Proefstraat", "Verzonnenpad", "Testkade", "Oefenweg")
LANGUAGES = ("nl",) * 22 + ("en", "pl", "tr")
TRADE_NAME_SHARE = 12
"""One debtor in so many is known under a trade name too (handelend onder de naam); all are natural persons."""

SYNTHETIC = 99999
"""Citizen numbers that start so are not given out."""


class Town(NamedTuple):
    """Where debtors of a creditor live: the town and the first figures of its postcodes."""

    name: str
    postcode: int


TOWNS = {
    "almere": Town("Almere", 1300),
    "dronten": Town("Dronten", 8250),
    "lelystad": Town("Lelystad", 8220),
    "noordoostpolder": Town("Emmeloord", 8300),
    "urk": Town("Urk", 8321),
    "zeewolde": Town("Zeewolde", 3890),
    "flevoland": Town("Lelystad", 8240),
}


class Address(NamedTuple):
    """An address in one of these towns."""

    street: str
    house_number: str
    postcode: str
    city: str


def new_debtor(rng: Random, nr: int, creditor: str, since: date, bsn: str | None) -> NewDebtor:
    """Debtor number `nr` of the portfolio, known since a day: a person, some under the name of their business."""
    trades = rng.randrange(TRADE_NAME_SHARE) == 0
    surname = _surname(rng)
    person = f"{rng.choice(FIRST)} {surname}"
    address = new_address(rng, creditor)
    return NewDebtor(
        external=f"D-{nr:06}",
        birth_date=since - timedelta(days=rng.randrange(22 * 365, 66 * 365)),
        bsn=bsn,
        name=f"{person} h.o.d.n. {rng.choice(TRADES)} {surname}" if trades else person,
        street=address.street,
        house_number=address.house_number,
        postcode=address.postcode,
        city=address.city,
        country="NL",
        language=rng.choice(LANGUAGES),
        value_date=since,
    )


def new_address(rng: Random, creditor: str) -> Address:
    """An address in the town of a creditor."""
    town = TOWNS[creditor]
    number = str(rng.randrange(1, 250)) + rng.choice(("", "", "", "a", " B", "-12"))
    return Address(
        rng.choice(STREETS), number, f"{town.postcode + rng.randrange(10)} {_letters(rng)}", town.name
    )


def citizen_numbers() -> list[str]:
    """All synthetic citizen numbers that pass the 11-test, in order."""
    numbers = (f"{SYNTHETIC}{tail:04}" for tail in range(10_000))
    return [number for number in numbers if eleven_test.is_valid(number)]


def _surname(rng: Random) -> str:
    name = rng.choice(FRONT) + rng.choice(BACK)
    return rng.choice(BETWEEN) + (
        name if rng.randrange(8) else f"{name}-{rng.choice(FRONT)}{rng.choice(BACK)}"
    )


def _letters(rng: Random) -> str:
    """Two letters of a postcode; SA, SD and SS are not used."""
    return rng.choice("ABCDEGHJKLMNPRTVWXZ") + rng.choice("ABCDEGHJKLMNPRTVWXZ")
