"""Names of people with a title (张先生, 欧阳经理) or behind a label (收货人：李小明)."""

import re
from collections.abc import Iterable

from service.core.digits import INVISIBLE, UNSEEN
from service.core.kinds import literally as same
from service.core.prefilter import Prefilter
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "name_with_title"
HIDE: Hide = "personal"
WORD = "NAME"
_SURNAME = (
    r"(?:欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|端木"
    r"|[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘蒋蔡余杜叶程苏魏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏于"
    r"付傅方邹熊白孟秦邱侯江尹薛闫阎段雷龙黎史陶贺毛郝顾龚邵万覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟申欧耿关兰焦俞柳"
    r"左甘祝包宁尚符舒阮柯纪梅童凌毕单裴霍涂翁项祁盛管谷骆鲍房屈饶解牟艾尤阳穆农席靳申路季姬柴车褚卫柏苗蒲瞿邬窦冷游闵危])"
)
_GAP = rf"[\s{INVISIBLE}]{{0,2}}"
_GIVEN = rf"(?:{UNSEEN}(?![一二三四五六日天末])[一-鿿]){{1,2}}"
# With such a title a given name may stand between: 安装师傅 and 高级经理 are no names.
_FORMAL = "先生|女士|小姐|同学"
_TITLES = (
    "太太|师傅|经理|老师|主任|总监|店长|主管|医生|大夫|教授|博士|护士|校长(?![期远久])|院长|队长|科长|处长|局长|警官|律师|阿姨|叔叔|大哥|大姐|大爷|大妈|大娘"
    "|奶奶|爷爷|[总工姐哥](?![一-鿿])"
)
_LABELS = (
    "姓名",
    "户名",
    "收货人",
    "收件人",
    "联系人",
    "签收人",
    "持卡人",
    "入住人",
    "投保人",
    "申请人",
    "开户人",
    "被保人",
    "乘客",
    "机主",
    "车主",
    "患者",
    "法人",
    "我叫",
    "他叫",
    "她叫",
    "名叫",
    "我是",
)
_LABELLED = "|".join(f"(?<={label})" for label in _LABELS)
# Behind 我叫 and 我是 these are no names.
_NO_NAME = "房东|房主|管家|管理|安装|金卡|金牌|白金|白领|高级|高管|车主|包工|季卡|路人|单身|商家|方便|时候|安全|应该|全部|任何|解决|于是|常客|施工|毛绒|明天|向您|关于|单位|左撇|黄牛|白痴|农[村民]|文盲|..的"
_RE = re.compile(
    rf"(?:{_SURNAME}(?:{_GIVEN})??{_GAP}(?:{_FORMAL})|(?!车队|车主|祝[叔阿大爷奶]|管主管|方大|高大|安大){_SURNAME}{_GAP}(?:{_TITLES}))"
    rf"|(?:{_LABELLED})(?P<gap>{_GAP}(?:[:：是为]{_GAP})?)(?P<name>(?!{_NO_NAME}){_SURNAME}{_GIVEN})(?=[，。,.；;！!？?、（(：:]|\s|电话|手机|先生|女士|$)"
    r"|(?<![A-Za-z])(?:Mr|Mrs|Ms|Miss|Dr)\.?\s[A-Z][a-z]{1,14}(?:\s[A-Z][a-z]{1,14})?"
)
_MAY = Prefilter(_RE)
# 对于女士 and 有关先生 hold no surname.
_NOT_BEFORE = {
    "于": "对关由至属用位处基等低高大小终善易利便限",
    "关": "有相海",
    "安": "平保公治",
    "任": "责",
    "解": "了理",
    "方": "双对",
    "管": "不宿主城舍",
    "许": "也",
    "谢": "谢",
    "顾": "照光",
    "毛": "羊",
    "单": "订",
    "包": "钱",
}


def find(text: Normalized) -> Iterable[Span]:
    """Each name, its title included, its label not."""
    plain = text.plain
    if not _MAY.may_match(plain):
        return
    match = _RE.search(plain)
    while match is not None:
        start, end = match.span("name") if match["name"] else match.span()
        # What begins with no surname after all may hold one: 有关李女士.
        at = start + 1
        if plain[start - 1 : start] not in _NOT_BEFORE.get(plain[start], "") or start == 0:
            yield Span(start, end)
            at = max(end, at)
        match = _RE.search(plain, at)


__all__ = ["HIDE", "KIND", "WORD", "find", "same"]
