"""Weeks of remission of Freireich et al. (1963), placebo, then 6-mercaptopurine, as in Cox (1972)."""

import numpy as np

PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
TREATED = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
TIME = np.array(PLACEBO + TREATED, dtype=float)
EVENT = np.array([1] * 21 + RELAPSED, dtype=float)
ON_PLACEBO = np.repeat([1.0, 0.0], 21)
