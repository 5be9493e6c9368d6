"""Runs in a loop that catches every exception, the interrupt's too.

Stops: it
"""

while True:
    try:
        while True:
            pass
    except BaseException:
        pass
