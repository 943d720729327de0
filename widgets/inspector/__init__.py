"""The inspector: rows of parameters, built from declarations alone."""
