"""The wires' own process: takes packets from one end, decides, records, and hands them to the other."""
