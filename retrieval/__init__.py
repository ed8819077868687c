"""Articles in, hits out: reading, splitting, indexing and searching an archive. Knows nothing of the packages above it."""

import os

# Before anything imports onnxruntime: its builds report their use to Microsoft and leave a device's id on the disk.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
