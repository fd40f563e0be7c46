"""Reads law, products, policy and creditors from the configuration files in force."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import get_args

from ledger.config import read_yaml
from ledger.errors import Misconfigured
from ledger.files import ConfigFile, chart_of_accounts, config_file, config_names
from servicing.arrears import limits_from
from servicing.creditor import Creditor, creditors_from
from servicing.dunning.procedure import Name, Procedure, must_fit, procedure_from
from servicing.law import Law, Parameter, parameter_from
from servicing.manual_entries import Pair, pairs_from
from servicing.people import People, people_from
from servicing.policy import Choice, Policy, choices_from, settings_from
from servicing.product import Product, must_know_parameters, product_from

_DEFAULTS = "policy/defaults.yaml"


def law_names() -> tuple[str, ...]:
    """The names of all law parameters that have a file."""
    return tuple(_stem(name) for name in config_names("law"))


def parameter(name: str) -> Parameter:
    """One law parameter; raises `Misconfigured` for a file that is missing or wrong."""
    return _parameter(config_file(f"law/{name}.yaml"))


@lru_cache(maxsize=256)
def _parameter(file: ConfigFile) -> Parameter:
    return parameter_from(_stem(file.name), *_understood(file))


def law() -> Law:
    """All law parameters; raises `Misconfigured` for the first file that is wrong."""
    return _law(tuple(config_file(name) for name in config_names("law")))


@lru_cache(maxsize=4)
def _law(files: tuple[ConfigFile, ...]) -> Law:
    """Asked for with many a decision: the same texts are understood once, and stay the same law."""
    return Law(MappingProxyType({_stem(file.name): _parameter(file) for file in files}))


def products() -> Mapping[str, Product]:
    """All products by code; refuses one that names a law parameter without a file."""
    return _products(tuple(config_file(name) for name in config_names("products")), law_names())


@lru_cache(maxsize=2)
def _products(files: tuple[ConfigFile, ...], known: tuple[str, ...]) -> Mapping[str, Product]:
    """Asked for many times a night: the same texts are understood once."""
    return MappingProxyType({_stem(file.name): _product(file, known) for file in files})


def procedures() -> Mapping[Name, Procedure]:
    """The dunning procedures by name; refuses a missing or strange one, and one without a ladder of the policy."""
    known, choices = law_names(), _choices(config_file(_DEFAULTS))
    found: dict[Name, Procedure] = {}
    for name in get_args(Name):
        file = config_file(f"dunning/{name}.yaml")
        procedure = _procedure(name, file)
        ladders = choices[procedure.ladder].options if procedure.ladder else None
        must_fit(procedure, known, ladders or (), file.origin)
        found[name] = procedure
    for name in config_names("dunning"):
        if _stem(name) not in found:
            raise Misconfigured(
                f"{config_file(name).origin}: no kind of debt has the procedure {_stem(name)!r}"
            )
    return found


@lru_cache(maxsize=16)
def _procedure(name: Name, file: ConfigFile) -> Procedure:
    return procedure_from(name, *_understood(file))


def creditors() -> Mapping[str, Creditor]:
    """The creditors by code, in the order of their numbers."""
    return _creditors(config_file("creditors.yaml"))


@lru_cache(maxsize=4)
def _creditors(file: ConfigFile) -> Mapping[str, Creditor]:
    """Asked for with every file and every right: the same text is understood once."""
    return MappingProxyType(creditors_from(read_yaml(file.text, file.origin), file.origin))


def people() -> People:
    """Who may do what; raises `Misconfigured` naming file, key and rule."""
    return _people(config_file("people.yaml"), config_file("creditors.yaml"))


@lru_cache(maxsize=4)
def _people(file: ConfigFile, owners: ConfigFile) -> People:
    """Asked for with every right: the same texts are understood once."""
    return people_from(*_understood(file), _creditors(owners))


def arrears_limits() -> tuple[int, ...]:
    """The first day past due of each age class of arrears."""
    return limits_from(*_content("arrears.yaml"))


def manual_pairs() -> tuple[Pair, ...]:
    """The accounts between which a person may book by hand; raises `Misconfigured`."""
    return pairs_from(*_content("manual_entries.yaml"), chart_of_accounts())


def policy() -> Policy:
    """The choices left to the college and what each creditor chose; refuses a file of no creditor."""
    files = tuple(config_file(name) for name in config_names("policy") if name != _DEFAULTS)
    return _policy(config_file(_DEFAULTS), files, tuple(creditors()))


@lru_cache(maxsize=2)
def _policy(defaults: ConfigFile, files: tuple[ConfigFile, ...], known: tuple[str, ...]) -> Policy:
    """Asked for many times a night: the same texts are understood once."""
    choices = _choices(defaults)
    settings = {}
    for file in files:
        if _stem(file.name) not in known:
            raise Misconfigured(f"{file.origin}: no creditor has the code {_stem(file.name)!r}")
        settings[_stem(file.name)] = settings_from(*_understood(file), choices)
    return Policy(choices, settings)


@lru_cache(maxsize=4)
def _choices(defaults: ConfigFile) -> Mapping[str, Choice]:
    return choices_from(*_understood(defaults))


def _product(file: ConfigFile, known: tuple[str, ...]) -> Product:
    product = product_from(_stem(file.name), *_understood(file))
    must_know_parameters(product, known, file.origin)
    return product


def _content(name: str) -> tuple[object, str]:
    return _understood(config_file(name))


def _understood(file: ConfigFile) -> tuple[object, str]:
    return read_yaml(file.text, file.origin), file.origin


def _stem(name: str) -> str:
    return PurePosixPath(name).stem
