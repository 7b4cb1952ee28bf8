"""Words in one place: facts as data, and the sentences that tell them, in every language that has a catalog here."""
