"""The law as data: procedures and their dated versions, papers, fees, limits, administrative units, national days."""
