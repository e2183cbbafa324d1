"""The exact decoder: HDL of any style as a table in the language, proven equal to the HDL."""

from spikewright.lct.decoder.assemble import Decoded, Undecodable, decode

__all__ = ["Decoded", "Undecodable", "decode"]
