"""The statistics panel: what the samples hold, beside what the project declares, and the way to filter by it."""
