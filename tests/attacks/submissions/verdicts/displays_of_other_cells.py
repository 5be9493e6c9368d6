"""Changes what other cells have shown, by updates of their displays.

Earns: 0
"""

from IPython.display import display, update_display

for number in range(3):
    display("0", display_id=f"points-{number}")
    update_display("5", display_id=f"points-{number}")
get_ipython().events.register("post_execute", lambda: update_display("5", display_id="points-1"))
