"""The exceptions of this package.

KiosqueError
 +- ChatModelError  the chat model cannot be reached, refuses, or sends something that is no answer
 +- Cancelled       whoever asked wants no answer any more
"""

from retrieval.errors import KiosqueError


class ChatModelError(KiosqueError):
    """One plain sentence, without a key, a URL or the provider's own words."""


class Cancelled(KiosqueError):
    """Nobody waits for the answer any more."""
