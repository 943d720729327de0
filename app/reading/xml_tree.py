"""A small tree of a small XML file, without document types and entities: a file that declares one is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from myriorama.app.reading.limits import MAX_XML_DEPTH, MAX_XML_ELEMENTS

_LONGEST_TEXT: Final = 4096


class NotXmlError(ValueError):
    """The file cannot be read; the words say why."""


@dataclass(eq=False)
class Node:
    """An element: its name, its own text, what is in it."""

    name: str
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def child(self, name: str) -> Node | None:
        """Return the first element of this name."""
        return next((c for c in self.children if c.name == name), None)

    def word(self, name: str) -> str:
        """Return the text of the first element of this name, empty where there is none."""
        found = self.child(name)
        return found.text.strip() if found is not None else ""


def read_tree(content: bytes) -> Node:
    """Return the root element.

    Raises
    ------
    NotXmlError
        It is not well-formed, declares a document type, or is too large a tree.
    """
    parser = expat.ParserCreate()
    top = Node("")
    stack = [top]
    count = 0

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > MAX_XML_ELEMENTS:
            raise NotXmlError(f"has more than {MAX_XML_ELEMENTS:,} elements")
        if len(stack) > MAX_XML_DEPTH:
            raise NotXmlError("is nested too deeply")
        node = Node(name)
        stack[-1].children.append(node)
        stack.append(node)

    def text(found: str) -> None:
        if len(stack[-1].text) < _LONGEST_TEXT:
            stack[-1].text += found

    def refuse(*_: object) -> int:
        raise NotXmlError("declares a document type; entities are not read")

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: stack.pop()
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.buffer_text = True
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise NotXmlError(f"is not XML: {error}") from error
    except (LookupError, ValueError) as error:
        if isinstance(error, NotXmlError):
            raise
        raise NotXmlError(f"is in an encoding that is not read: {error}") from error
    if not top.children:
        raise NotXmlError("is empty")
    return top.children[0]
