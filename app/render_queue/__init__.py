"""Jobs that outlive windows and crashes: a snapshot, a database of samples, a supervisor of workers, a queue."""
