"""What models rest on: attributions, permutations, agreement, markers, panels, pathways."""
