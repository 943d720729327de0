"""Keeps an edit from an order of effects that no picture can be made in, or in which they do not work.

A disorder that was there before is nobody's fault now: only what an edit makes worse is refused.
"""

from __future__ import annotations

from dataclasses import replace

from myriorama.app.document.edit import Edit
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.project.check import effect_problems, late_optics
from myriorama.scenes.project.model import Node, Project
from myriorama.scenes.registry import Registry


def in_order(before: Project, edit: Edit, registry: Registry) -> Edit:
    """Return the edit.

    Raises
    ------
    InputError
        It brings effects into an order that the project's check refuses, or puts optics where they do not work; the
        sentences are the check's, with the names that people gave.
    """
    for told in (effect_problems, late_optics):
        found = list(told(edit.project, registry))
        if found and len(found) > len(list(told(before, registry))):
            raise InputError([_named(problem, edit.project.effects) for problem in found])
    return edit


def _named(problem: Problem, effects: tuple[Node, ...]) -> Problem:
    """Return the problem with effects called by their names instead of their places."""
    message, allowed = problem.message, problem.allowed
    for i, node in enumerate(effects):
        name = node.name or node.type
        message = message.replace(f"effects[{i}] ({node.type})", name)
        allowed = allowed.replace(f"effects[{i}]", name)
        if problem.place == f"effects[{i}]":
            message = message.replace("this effect", name)
    return replace(problem, message=message, allowed=allowed, value="")
