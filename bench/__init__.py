"""How fast keysite is, as ratios to the least that the same server could do: ``./dev bench``."""
