"""The one base of every model with a protected state."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

from django.db import connections, models
from django_fsm import ConcurrentTransitionMixin, FSMFieldMixin

from portal.postgresql.plans import Column, Written, written

# Where the library keeps the states as they were read, to compare them when saving.
_AS_READ = "_ConcurrentTransitionMixin__initial_states"


@cache
def _state_fields(model: type[models.Model]) -> tuple[FSMFieldMixin, ...]:
    return tuple(field for field in model._meta.fields if isinstance(field, FSMFieldMixin))


@cache
def _update_of(model: type[models.Model], alias: str, columns: tuple[str, ...]) -> Written:
    """UPDATE of these columns, by the key and every state as it was read. Made once a process."""
    fields = {field.column: field for field in model._meta.concrete_fields}
    key, states = model._meta.pk, _state_fields(model)
    connection = connections[alias]
    quoted: Any = connection.ops.quote_name
    sets = ", ".join(f"{quoted(column)} = %s" for column in columns)
    conditions = " AND ".join(f"{quoted(field.column)} = %s" for field in (key, *states))
    places = [Column(f"new_{column}", fields[column]) for column in columns]
    places += [Column(f"old_{field.column}", field) for field in (key, *states)]
    return written(connection, f"UPDATE {quoted(model._meta.db_table)} SET {sets} WHERE {conditions}", places)  # noqa: S608


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

    def _do_update(  # type: ignore[override] # the stubs are of Django 6
        self,
        base_qs: models.QuerySet[Any],
        using: str | None,
        pk_val: Any,
        values: Collection[tuple[Any, Any, Any]],
        update_fields: Iterable[str] | None,
        forced_update: bool,
        *more: Any,
    ) -> bool:
        """The library's, with its UPDATE written once for each set of columns; what changed no row is asked of it."""
        fresh = [(field, value) for field, _model, value in values]
        if fresh and not any(hasattr(value, "resolve_expression") for _field, value in fresh):
            connection = connections[base_qs.db]
            columns = tuple(field.column for field, _value in fresh)
            as_read = self.__dict__[_AS_READ]
            known = [(self._meta.pk, pk_val), *((field, as_read[field.attname]) for field in self.state_fields)]
            sent = [field.get_db_prep_save(value, connection) for field, value in (*fresh, *known)]
            with _update_of(type(self), base_qs.db, columns).executed(connection, sent) as cursor:
                if cursor.rowcount:
                    return True
        return bool(super()._do_update(base_qs, using, pk_val, values, update_fields, forced_update, *more))

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
