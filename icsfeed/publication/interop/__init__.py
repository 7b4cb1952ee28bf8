"""A feed's times in the formats of other systems."""
