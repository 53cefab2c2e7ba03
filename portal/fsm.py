"""The one base of every model with a protected state."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django_fsm import ConcurrentTransitionMixin, FSMFieldMixin


class StateModel(ConcurrentTransitionMixin, models.Model):
    """A model whose state changes only through its transitions, and never over somebody else's change.

    ``refresh_from_db`` is our own: the library's switches the protection off on the *class* while it reads, so one
    failed read would leave every other thread unprotected. Here only this object's remembered value is dropped.
    """

    class Meta:
        abstract = True

    def refresh_from_db(
        self,
        using: str | None = None,
        fields: Iterable[str] | None = None,
        from_queryset: models.QuerySet[Any] | None = None,
    ) -> None:
        wanted = None if fields is None else list(fields)
        remembered = {}
        for field in self._meta.concrete_fields:
            named = wanted is None or field.attname in wanted or field.name in wanted
            if named and isinstance(field, FSMFieldMixin) and field.protected and field.attname in self.__dict__:
                remembered[field.attname] = self.__dict__.pop(field.attname)
        # The dropped value makes the field look deferred, and Django skips deferred fields unless they are named.
        names = wanted if wanted is not None else [field.attname for field in self._meta.concrete_fields]
        try:
            models.Model.refresh_from_db(self, using=using, fields=names, from_queryset=from_queryset)
        finally:
            for name, value in remembered.items():
                self.__dict__.setdefault(name, value)
        if wanted is None:
            self._forget_relations()
        self._update_initial_state()

    def _forget_relations(self) -> None:
        self._prefetched_objects_cache: dict[str, Any] = {}
        for relation in self._meta.related_objects:
            if relation.is_cached(self):
                relation.delete_cached_value(self)
