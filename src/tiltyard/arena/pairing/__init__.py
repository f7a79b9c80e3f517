"""Who meets whom, how likely that was, and under which declared rule.

`rules` is the rule as data, `weighing` what it makes every pair weigh, `draw_table` the draw,
`standings` what the votes say so far, and `service` all of it over a ledger.
"""
