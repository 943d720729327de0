"""The built-in annotators, and the function that runs them over a frame."""

from myriorama.plugins.annotators._annotate import annotate, choose, request_for

__all__ = ["annotate", "choose", "request_for"]
