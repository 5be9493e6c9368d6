"""Calls itself without end, in Python.

Says: RecursionError
"""

def again():
    return again()


try:
    again()
except RecursionError as error:
    print(type(error).__name__)
