"""A question and its conversation in, a verified answer out. Every sentence of an answer carries a verbatim quotation."""
