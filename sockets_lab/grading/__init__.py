"""For instructors: building the lessons, nbgrader's own steps made safe, and the bank of submissions."""
