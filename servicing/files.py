"""Reads law, products, policy and creditors from the configuration files in force."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import PurePosixPath
from types import MappingProxyType

from ledger.config import read_yaml
from ledger.errors import Misconfigured
from ledger.files import ConfigFile, config_file, config_names
from servicing.arrears import limits_from
from servicing.creditor import Creditor, creditors_from
from servicing.law import Law, Parameter, parameter_from
from servicing.people import People, people_from
from servicing.policy import Policy, choices_from, settings_from
from servicing.product import Product, must_know_parameters, product_from

_DEFAULTS = "policy/defaults.yaml"


def law_names() -> tuple[str, ...]:
    """The names of all law parameters that have a file."""
    return tuple(_stem(name) for name in config_names("law"))


def parameter(name: str) -> Parameter:
    """One law parameter; raises `Misconfigured` for a file that is missing or wrong."""
    return parameter_from(name, *_content(f"law/{name}.yaml"))


def law() -> Law:
    """All law parameters; raises `Misconfigured` for the first file that is wrong."""
    return Law({name: parameter(name) for name in law_names()})


def products() -> Mapping[str, Product]:
    """All products by code; refuses one that names a law parameter without a file."""
    known = law_names()
    return {_stem(name): _product(name, known) for name in config_names("products")}


def creditors() -> Mapping[str, Creditor]:
    """The creditors by code, in the order of their numbers."""
    return _creditors(config_file("creditors.yaml"))


@lru_cache(maxsize=4)
def _creditors(file: ConfigFile) -> Mapping[str, Creditor]:
    """Asked for with every file and every right: the same text is understood once."""
    return MappingProxyType(creditors_from(read_yaml(file.text, file.origin), file.origin))


def people() -> People:
    """Who may do what; raises `Misconfigured` naming file, key and rule."""
    return people_from(*_content("people.yaml"), creditors())


def arrears_limits() -> tuple[int, ...]:
    """The first day past due of each age class of arrears."""
    return limits_from(*_content("arrears.yaml"))


def policy() -> Policy:
    """The choices left to the college and what each creditor chose; refuses a file of no creditor."""
    content, file = _content(_DEFAULTS)
    choices = choices_from(content, file)
    known = creditors()
    settings = {}
    for name in config_names("policy"):
        if name != _DEFAULTS:
            if _stem(name) not in known:
                raise Misconfigured(f"{config_file(name).origin}: no creditor has the code {_stem(name)!r}")
            settings[_stem(name)] = settings_from(*_content(name), choices)
    return Policy(choices, settings)


def _product(name: str, known: tuple[str, ...]) -> Product:
    content, file = _content(name)
    product = product_from(_stem(name), content, file)
    must_know_parameters(product, known, file)
    return product


def _content(name: str) -> tuple[object, str]:
    file = config_file(name)
    return read_yaml(file.text, file.origin), file.origin


def _stem(name: str) -> str:
    return PurePosixPath(name).stem
