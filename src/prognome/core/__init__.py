"""The nouns everything else speaks in: study, cohort, block, schema, split, metric, bundle."""
