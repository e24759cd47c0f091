"""In which currency and language somebody reads the catalogue, and whether with what only staff sees."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from chalicelib import config
from chalicelib.products.schemas import ListProducts, Reader
from common import locales

T = TypeVar("T")


@dataclass(frozen=True)
class View:
    currency: str | None = None
    locale: str | None = None
    staff: bool = False

    @classmethod
    def of(cls, asked: Reader | ListProducts, *, staff: bool = False) -> "View":
        return cls(asked.currency or None, locales.normalised(asked.locale) if asked.locale else None, staff)

    @property
    def tag(self) -> str:
        """Tells this representation from others of the same version; empty as long as nothing was asked for."""
        currency = None if self.currency == config.CURRENCY and not self.staff else self.currency
        return "-".join(part for part in (currency, self.locale) if part)

    def translated(self, translations: Mapping[str, T]) -> T | None:
        return locales.chosen(translations, self.locale)
