"""What is done with repair tickets, and when it is refused."""

__all__ = []
