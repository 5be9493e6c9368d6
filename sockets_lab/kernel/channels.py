"""The channels of a kernel, and the numbers that name them where a network has ports."""

CHANNELS = ("shell", "iopub", "stdin", "control", "hb")
PORTS = {f"{channel}_port": number for number, channel in enumerate(CHANNELS, 1)}
