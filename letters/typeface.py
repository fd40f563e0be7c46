"""Type: how wide a text is and where its lines break."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from letters.fields import LetterRefused
from letters.paper import Style
from letters.plain import missing_letters


@dataclass(frozen=True, slots=True)
class Face:
    """A typeface: the name under which it is drawn and how wide each letter is, in thousandths of its size."""

    name: str
    widths: Mapping[int, int]
    words: dict[str, int] = field(default_factory=dict, repr=False)

    def width(self, text: str) -> int:
        """The width of a text in thousandths; words are measured once."""
        known = self.words.get(text)
        if known is None:
            known = self._measured(text)
            if len(self.words) < 20_000:
                self.words[text] = known
        return known

    def _measured(self, text: str) -> int:
        try:
            return sum(self.widths[ord(letter)] for letter in text)
        except KeyError:
            letters = ", ".join(f"U+{ord(one):04X}" for one in missing_letters(text, self.widths))
            raise LetterRefused(f"{text[:60]!r}: {letters}: the typeface has no such letter") from None


@dataclass(frozen=True, slots=True)
class Faces:
    """The two typefaces of a letter."""

    regular: Face
    bold: Face

    def of(self, style: Style) -> Face:
        """The face of a style."""
        return self.bold if style.bold else self.regular

    def spelled(self, text: str, style: Style) -> str:
        """The text with each letter that the typeface lacks as a letter and its mark, where it has those."""
        widths = self.of(style).widths
        if all(ord(letter) in widths for letter in text):
            return text
        return "".join(
            letter if ord(letter) in widths else unicodedata.normalize("NFD", letter) for letter in text
        )

    def width(self, text: str, style: Style) -> float:
        """The width of a text in points."""
        return self.of(style).width(self.spelled(text, style)) * style.size / 1000

    def lines(self, text: str, style: Style, width: float) -> list[str]:
        """The text in lines of at most `width` points; a word that is longer than a line is cut."""
        face, most = self.of(style), width * 1000 / style.size
        space = face.width(" ")
        lines: list[str] = []
        line, used = "", 0.0
        for word in _fitting(self.spelled(text, style), face, most):
            wide = face.width(word)
            if line and used + space + wide > most:
                lines.append(line)
                line, used = word, wide
            else:
                line, used = (f"{line} {word}", used + space + wide) if line else (word, wide)
        return [*lines, line] if line else lines


def _fitting(text: str, face: Face, most: float) -> Iterator[str]:
    """The words, each short enough for a line."""
    for word in text.split(" "):
        while face.width(word) > most:
            cut = _cut(word, face, most)
            yield word[:cut]
            word = word[cut:]  # noqa: PLW2901 - what is left of it
        yield word


def _cut(word: str, face: Face, most: float) -> int:
    """After how many letters a word is cut: as many as fit, at least one; a mail address after its @."""
    used, fits = 0, len(word)
    for at, letter in enumerate(word):
        used += face.width(letter)
        if used > most:
            fits = max(at, 1)
            break
    return word.rfind("@", 0, fits) + 1 or fits
