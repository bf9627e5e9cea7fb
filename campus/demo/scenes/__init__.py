"""Photos drawn by program: where the demo campus gets its pictures without downloading any.

`light` is the paper and the light, `moods` the colours of the day; `outdoors`, `indoors` and `things` are the scenes, `catalogue`
which scene is drawn in which mood and shape and what its alternative text says.
"""
