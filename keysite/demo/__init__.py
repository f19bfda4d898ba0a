"""An invented university, to look at keysite with: all of it is made up, and follows from a seed and a moment."""

from keysite.demo.names import SIGN_INS
from keysite.demo.university import University, invent

__all__ = ["SIGN_INS", "University", "invent"]
