"""Forests of decision trees as arrays, and what each feature gave to their answers; arrays in, arrays out."""
