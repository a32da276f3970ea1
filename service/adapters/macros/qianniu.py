"""Quick phrases as the Qianniu seller desk exports them: CSV with the columns code, phrase and group."""

from service.adapters.tables.csv_file import CsvFile


class Qianniu(CsvFile):
    """CSV whose column 快捷短语 holds the text."""

    NAME = "qianniu"
    TEXT_NAMES = frozenset({"快捷短语", "快捷短語"})
