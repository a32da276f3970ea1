"""Macros as comma-separated values, with any names over the columns."""

from service.adapters.tables.csv_file import CsvFile


class CsvTable(CsvFile):
    """CSV in UTF-8, UTF-8 with BOM or GB18030; cells between commas, semicolons, tabs or bars."""

    NAME = "csv"
    SUFFIXES: tuple[str, ...] = (".csv", ".tsv", ".txt")
