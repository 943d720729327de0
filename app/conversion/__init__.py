"""From a finished dataset to what a trainer reads: which objects, under which names, in which format and split."""
