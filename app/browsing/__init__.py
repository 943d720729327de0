"""Facts of samples as columns, and what of them is shown: filters and order, shared by gallery and statistics."""
