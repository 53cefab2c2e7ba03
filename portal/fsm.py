"""The one base of every model with a protected state."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db import models
from django_fsm import ConcurrentTransitionMixin, FSMFieldMixin

# Where the library keeps the states as they were read, to compare them when saving.
_AS_READ = "_ConcurrentTransitionMixin__initial_states"


@cache
def _state_fields(model: type[models.Model]) -> tuple[FSMFieldMixin, ...]:
    return tuple(field for field in model._meta.fields if isinstance(field, FSMFieldMixin))


class StateModel(ConcurrentTransitionMixin, models.Model):
    """A model whose state changes only through its transitions, and never over somebody else's change.

    ``refresh_from_db`` is our own: the library's switches the protection off on the *class* while it reads, so one
    failed read would leave every other thread unprotected. Here only this object's remembered value is dropped.
    """

    class Meta:
        abstract = True

    @property
    def state_fields(self) -> tuple[FSMFieldMixin, ...]:
        """The library's, found once a class: it looks through all fields several times a row."""
        return _state_fields(type(self))

    def refresh_from_db(
        self,
        using: str | None = None,
        fields: Iterable[str] | None = None,
        from_queryset: models.QuerySet[Any] | None = None,
    ) -> None:
        wanted = None if fields is None else list(fields)
        read = [f for f in self.state_fields if wanted is None or f.attname in wanted or f.name in wanted]
        remembered = {
            f.attname: self.__dict__.pop(f.attname) for f in read if f.protected and f.attname in self.__dict__
        }
        # The dropped value makes the field look deferred, and Django skips deferred fields unless they are named.
        names = wanted if wanted is not None else [field.attname for field in self._meta.concrete_fields]
        try:
            models.Model.refresh_from_db(self, using=using, fields=names, from_queryset=from_queryset)
        finally:
            for name, value in remembered.items():
                self.__dict__.setdefault(name, value)
        if wanted is None:
            self._forget_relations()
        self._remember(read)

    def save(self, *args: Any, **kwargs: Any) -> None:
        for field in self.state_fields:
            getattr(self, field.attname)  # one that was left out when the row was read is compared, too
        super().save(*args, **kwargs)

    def _update_initial_state(self) -> None:
        """The library's, but for states that were left out of a query: asking for them costs a statement a row."""
        self._remember(self.state_fields)

    def _remember(self, fields: Iterable[FSMFieldMixin]) -> None:
        as_read = self.__dict__.setdefault(_AS_READ, {})
        as_read.update({f.attname: self.__dict__[f.attname] for f in fields if f.attname in self.__dict__})

    def _forget_relations(self) -> None:
        self._prefetched_objects_cache: dict[str, Any] = {}
        for relation in self._meta.related_objects:
            if relation.is_cached(self):
                relation.delete_cached_value(self)
