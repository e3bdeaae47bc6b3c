"""Neural networks: encoders, fusion, heads and their training; arrays in, arrays out."""
