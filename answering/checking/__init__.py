"""What a chat model wrote, against its sources: names, figures, days, speakers, denials."""
