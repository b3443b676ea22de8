"""What the runs of one process share: environment variables, loggers, signals and temporary folders."""
