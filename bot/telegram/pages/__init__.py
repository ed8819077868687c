"""What people see: answers, cards and lists as Telegram messages, within its limits."""
