"""Letters to numbers: alphabets, codes, k-mers; arrays in, arrays out."""
