"""What people do: questions, commands, buttons, inline queries, and what administrators may."""
