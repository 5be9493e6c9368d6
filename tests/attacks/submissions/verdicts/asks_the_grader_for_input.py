"""Waits for somebody to type, which nobody does while submissions are graded.

Earns: 0
"""

for ask in (input, __import__("getpass").getpass):
    try:
        print(ask("password of the instructor: "))
    except Exception as error:
        print(type(error).__name__)
