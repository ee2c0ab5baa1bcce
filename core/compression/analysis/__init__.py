"""What the views of the compression lab show, one file for each view and what several of them share."""

from core.lazy import modules_of

__getattr__ = modules_of(__name__)
