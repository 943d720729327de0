"""Pictures for people: overlays and contact sheets, drawn from labels and never the other way round."""
