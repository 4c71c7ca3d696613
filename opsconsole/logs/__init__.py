"""Logs to be read by people: lines of containers, units and files, in one ring, in the order of their times.

What is understood of lines is pure and apart from `readers/`, which fetch them.
"""
