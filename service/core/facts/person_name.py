"""Names of people with a title (张先生, 欧阳经理) or behind a label (收货人：李小明)."""

import re
from collections.abc import Iterable

from service.core.kinds import literally as same
from service.core.prefilter import Prefilter
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "name_with_title"
HIDE: Hide = "personal"
WORD = "NAME"
_SURNAME = (
    r"(?:欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|端木"
    r"|[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘蒋蔡余杜叶程苏魏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏"
    r"付傅方邹熊白孟秦邱侯江尹薛闫阎段雷龙黎史陶贺毛郝顾龚邵万覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟申欧耿关兰焦俞柳"
    r"左甘祝包宁尚符舒阮柯纪梅童凌毕单裴霍涂翁项祁盛管谷骆鲍房屈饶解牟艾尤阳穆农席靳申路季姬柴车褚卫柏苗蒲瞿邬窦冷游闵危])"
)
_RE = re.compile(
    # A given name may stand before 先生 and 女士 only: 安装师傅 and 高级经理 are no names.
    rf"(?:{_SURNAME}(?:(?:(?![一二三四五六日天末])[一-鿿]){{1,2}})??(?:先生|女士|小姐)|{_SURNAME}(?:太太|师傅|经理|老师|主任|总监|店长|主管|医生|警官|律师|[总工](?![一-鿿])))"
    rf"|(?:(?<=姓名)|(?<=户名)|(?<=收货人)|(?<=收件人)|(?<=联系人))(?P<gap>\s?[:：是为]\s?)(?P<name>{_SURNAME}[一-鿿]{{1,2}})(?![一-鿿])"
)
_MAY = Prefilter(_RE)
# 对于女士 and 有关先生 hold no surname.
_NOT_BEFORE = {
    "于": "对关由至",
    "关": "有相",
    "安": "平",
    "任": "责",
    "解": "了理",
    "方": "双对",
    "管": "不",
    "单": "订",
    "包": "钱",
}


def find(text: Normalized) -> Iterable[Span]:
    """Each name, its title included, its label not."""
    plain = text.plain
    if not _MAY.may_match(plain):
        return
    for match in _RE.finditer(plain):
        start, end = match.span("name") if match["name"] else match.span()
        if plain[start - 1 : start] not in _NOT_BEFORE.get(plain[start], "") or start == 0:
            yield Span(start, end)


__all__ = ["HIDE", "KIND", "WORD", "find", "same"]
