"""The chat model: reached, timed, metered, and read sentence by sentence."""
