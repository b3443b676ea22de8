"""What runs in one process share with each other: its environment, loggers, signals and temporary folders."""
