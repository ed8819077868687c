"""What sources say, compared: copies, figures for the same thing, figures that hold no more."""
