import os

# How long a 429 asks to wait comes as a timedelta, as it will in PTB's next major version; else each one warns.
os.environ.setdefault("PTB_TIMEDELTA", "1")
