"""Models: scikit-learn estimators, on a menu."""
