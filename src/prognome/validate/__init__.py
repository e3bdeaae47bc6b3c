"""The judge: fits on training rows, asks once about the others, and writes down every figure."""
