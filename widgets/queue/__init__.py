"""The render queue: its panel, what is told of a job, and the window in which a finished dataset is looked at."""
