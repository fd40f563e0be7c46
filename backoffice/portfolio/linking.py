"""Which loan a row means: by its number, and by its creditor where the number is not enough."""

from __future__ import annotations

from backoffice.portfolio.portfolio import Named
from backoffice.portfolio.problems import Place, Problems


class Register:
    """The loans the files speak of, each once; numbered in the order in which they came up."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._found: dict[tuple[str, str | None], int | None] = {}
        self._granted: dict[str, list[int]] = {}
        self.loans: list[Named] = []
        self.unqualified: dict[str, Place] = {}

    def grant(self, place: Place, number: str, creditor: str) -> int | None:
        """The place of a loan that a row grants; a problem if it was granted before."""
        for other in self._granted.get(number, []):
            if self.loans[other].creditor == creditor:
                where = self.loans[other].place
                self._problems.add(
                    place, "number", number, f"a loan of {creditor} once; it is on {where} already"
                )
                return None
        self.loans.append(Named(number, creditor, place, "number"))
        self._granted.setdefault(number, []).append(len(self.loans) - 1)
        return len(self.loans) - 1

    def find(self, place: Place, number: str, creditor: str | None) -> int | None:
        """The place of the loan a row is about; None, and a problem, if it could be two."""
        name = (number, creditor)
        if name not in self._found:
            self._found[name] = self._find(place, number, creditor)
        elif self._found[name] is None:
            self._ambiguous(place, number)
        return self._found[name]

    def _find(self, place: Place, number: str, creditor: str | None) -> int | None:
        granted = self._granted.get(number, [])
        fitting = [each for each in granted if creditor in (None, self.loans[each].creditor)]
        if len(fitting) > 1:
            self._ambiguous(place, number)
            return None
        if creditor is None:
            self.unqualified.setdefault(number, place)
        if fitting:
            return fitting[0]
        self.loans.append(Named(number, creditor, place, "loan"))
        return len(self.loans) - 1

    def _ambiguous(self, place: Place, number: str) -> None:
        owners = " and ".join(str(self.loans[each].creditor) for each in self._granted[number])
        self._problems.add(
            place, "loan", number, f"a loan of one creditor; {owners} have one: name the creditor"
        )
