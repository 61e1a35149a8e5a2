"""The demo project: An Giang with its official communes, a few invented people, two forms; `DEMO=full` adds reports.

`areas.csv` are the province (code 91) and the 102 communes that exist since 1 July 2025 (Nghị quyết
1654/NQ-UBTVQH15), `areas_before.csv` the 298 units they were made of; `partly` marks a unit that went to more than one.
Official codes are used again after the merger, so an old unit is told apart by the day it ended. Coordinates are left
empty: there is no open source of them that we may copy. People in `people.csv` are invented.
"""
