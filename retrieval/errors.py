"""The exceptions of this package. Every message is one sentence that names the input and the way out.

KiosqueError
 +- ReadError       a file or a record is no article that we can read
 +- SettingsError   a setting is missing or wrong
 +- IndexMismatch   the index was built with another encoder, chunking or schema
 +- IndexBusy       another process is writing to the index
 +- NotFound        an article id that the archive does not hold
 +- FetchError      a page of the web that cannot be had (fetch_errors.py says of which kinds)
"""


class KiosqueError(Exception):
    """Base of every error that a user may see as its message."""


class ReadError(KiosqueError):
    pass


class SettingsError(KiosqueError):
    pass


class IndexMismatch(KiosqueError):
    pass


class IndexBusy(KiosqueError):
    pass


class NotFound(KiosqueError):
    pass
