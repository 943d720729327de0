"""What the gallery shows: order, sweeps, contact sheets and ranges to tighten. No widget is known here."""
