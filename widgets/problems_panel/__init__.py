"""What is wrong now, and the log: each problem with its place and the way out."""

from myriorama.widgets.problems_panel.panel import ProblemsPanel

__all__ = ["ProblemsPanel"]
