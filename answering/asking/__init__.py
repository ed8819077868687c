"""What a question asks for: its kind, its shape, and a follow-up's standalone form."""
