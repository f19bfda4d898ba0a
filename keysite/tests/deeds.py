"""What the operations of an app offer, for tests that try each of it."""

import inspect


def deeds(module):
    """The public functions of an app's operations, by name."""
    offered = {name: getattr(module, name) for name in getattr(module, "__all__", dir(module))}
    return {
        name: thing
        for name, thing in offered.items()
        if inspect.isfunction(thing) and thing.__module__.startswith(module.__name__) and name[0] != "_"
    }
