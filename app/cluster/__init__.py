"""Beyond one machine: a job's shards as tasks of a Ray cluster, on a folder that every machine sees."""
