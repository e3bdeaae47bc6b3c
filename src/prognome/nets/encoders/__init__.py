"""Encoders: from positions to maps of features."""
