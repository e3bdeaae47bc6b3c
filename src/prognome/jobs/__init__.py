"""The only place that knows the order of things; it calls, and does no arithmetic."""
