"""What the pages of repair tickets ask for."""
