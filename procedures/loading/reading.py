"""Reading a catalogue file so that every value knows its line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ValuePath = tuple[str | int, ...]
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, order=True)
class Fault:
    """Something wrong in a file: where, and why."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class Faulty(Exception):
    """A catalogue that cannot be loaded, with all its faults."""

    def __init__(self, faults: list[Fault]) -> None:
        # A piece that several places point at is read at each of them; its fault is one.
        self.faults = sorted(set(faults))
        super().__init__("\n".join(map(str, self.faults)))


class Source:
    """A file's content and the line of each of its values."""

    def __init__(self, file: str, content: Any, lines: dict[ValuePath, int]) -> None:
        self.file = file
        self.content = content
        self._lines = lines

    def fault(self, path: ValuePath, reason: str) -> Fault:
        """A fault at this value, or at the nearest one that holds it."""
        while path and path not in self._lines:
            path = path[:-1]
        return Fault(self.file, self._lines.get(path, 1), reason)


def read_source(path: Path) -> Source:
    """Read one YAML file. Dates stay text; only ``true`` and ``false`` are yes and no. Raises ``Faulty``."""
    reader = _Reader(path.name)
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Faulty([Fault(path.name, line, str(error.problem or "not YAML"))]) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Faulty([Fault(path.name, 1, str(error).splitlines()[0])]) from error
    if node is None or (isinstance(node, yaml.ScalarNode) and node.value == ""):
        raise Faulty([Fault(path.name, 1, "this file is empty")])
    content = reader.value(node, ())
    if reader.faults:
        raise Faulty(reader.faults)
    return Source(path.name, content, reader.lines)


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[ValuePath, int] = {}
        self.faults: list[Fault] = []
        # Where each piece was first met: an alias leads back to it.
        self._first_met: dict[int, int] = {}

    def value(self, node: yaml.Node, path: ValuePath) -> Any:
        self.lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*path, index)) for index, child in enumerate(node.value)]
        try:
            return self._scalar(node)
        except ValueError:
            self.faults.append(Fault(self.file, node.start_mark.line + 1, f'write "{node.value}" in quotes'))
            return str(node.value)

    def _mapping(self, node: yaml.MappingNode, path: ValuePath) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in result:
                self.faults.append(Fault(self.file, key_node.start_mark.line + 1, f"{key!r} stands twice"))
            result[key] = self.value(value_node, (*path, key))
            self.lines[(*path, key)] = self._first_met.setdefault(id(value_node), key_node.start_mark.line + 1)
        return result

    @staticmethod
    def _scalar(node: yaml.Node) -> Any:
        text: str = node.value
        if node.tag == "tag:yaml.org,2002:int":
            return int(text.replace("_", ""))
        if node.tag == "tag:yaml.org,2002:null":
            return None
        if node.tag == "tag:yaml.org,2002:bool" and text in ("true", "false"):
            return text == "true"
        return text
