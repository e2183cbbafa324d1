"""Part of Spikewright."""
