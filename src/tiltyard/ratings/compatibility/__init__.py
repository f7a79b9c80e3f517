"""The numbers of FastChat and of arena-rank, from the same votes, to compare with the exact ones.

Each module states what its tool does and where that differs from
:func:`tiltyard.ratings.bradley_terry.fit_bradley_terry`. Nothing of those tools is needed to run.
"""
