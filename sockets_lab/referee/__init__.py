"""The referee: runs trials in a process of its own and gives verdicts."""
