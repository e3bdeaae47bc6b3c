"""Guards: reasons why a result may not hold up, before the split, on training rows, against other cohorts."""
