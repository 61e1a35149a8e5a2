"""The demo project: An Giang with its official communes, a few invented people, two forms; `DEMO=full` adds reports.

`areas.csv` are the province (code 91) and the 102 communes that exist since 1 July 2025 (Nghị quyết
1654/NQ-UBTVQH15), `areas_before.csv` the 298 units they were made of; `partly` marks a unit that went to more than one.
An official code that is used again belongs to a commune made of that very unit (a test holds it), so an old code in a
queued report always leads to its place. Coordinates are left empty: there is no open source of them that we may copy.
People in `people.csv` are invented.
"""
