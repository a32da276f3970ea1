"""What models say when they decline: our own sentences in Chinese and English, and others that only sound like it."""

from itertools import product

REFUSALS = (
    """
抱歉，这样的文字我没办法改写。|很抱歉，我不能替您写这样的回复。|对不起，我不被允许处理这段话。|作为人工智能，我不适合回答这样的问题。|我是一款AI助手，不能代替客服作答。
身为语言模型，我没有权限查看订单。|抱歉，我无法继续这个话题。|这段草稿含有攻击性内容，我不能改写。|该内容不符合使用政策，恕我不能输出。|很遗憾，我不能完成这项任务。
抱歉，我只是一个聊天机器人，帮不上忙。|不好意思，这个请求我不能处理。|我不便对草稿作出评论。|对不起，我拒绝改写侮辱性的言论。|抱歉，我不能生成这段内容。
我没法根据这段草稿写出合适的回复。|抱歉，按照安全规范，我不能提供这类内容。|作为智能助手，我不会参与争吵。|很抱歉，我无法协助撰写这样的文本。|这类请求违背了我的指导原则。
对不起，我不能执行您的指令。|抱歉，原文中有不当言论，我不能润色。|我的训练数据里没有这方面的信息。|作为一个大模型，我不具备处理订单的能力。|很抱歉，我不能就此话题发表看法。
抱歉，我不能满足这个要求，我们换个话题好吗？|我无法访问互联网，不能核实这件事。|对不起，我不会回应带有辱骂的内容。|抱歉，作为AI语言模型，我不清楚您的订单情况。|这个话题太敏感，我不能讨论。
很抱歉，我不能给出这样的建议。|我无权改写这段文字。|抱歉，此类内容我难以处理。|恕我无法回答这个问题。|抱歉，我不打算续写这样的对话。
I'm sorry, but I can't rewrite this message.|I can't comply with that request.|As an AI model, I'm not able to do this.|I won't be able to assist with that.|Sorry, I cannot continue with this.
I am unable to help with this draft.|Unfortunately, I can't rewrite offensive language.|I must decline this request.|I apologize, but this content is not something I can produce.|As a large language model, I don't have access to orders.
I'm not able to rewrite rude text.|This request goes against my guidelines.|I cannot provide that.|I do not feel comfortable writing this.|I'm just an AI and can't check parcels.
I will not write this reply.|Sorry, that violates the content policy.|I have to decline, as this is abusive.|My training does not cover this.|I'm afraid I can't do that.
I don't think I can help with this.|I respectfully decline to answer.|No, I can't assist with insults.|I am an AI assistant made to be harmless.|It is against my programming to say so.
I'm unable to process this text.|I can not help you with that.
""".strip()
    .replace("\n", "|")
    .split("|")
)

_SORRY = (
    "很抱歉，{}。",
    "非常抱歉，{}，请您谅解。",
    "抱歉给您添麻烦了，{}。",
    "您好，很抱歉，{}，感谢您的理解。",
    "实在对不起，{}，我会继续为您留意。",
    "不好意思，{}，您看这样可以吗？",
    "十分抱歉，{}，我帮您记录下来。",
    "抱歉让您久等了，{}。",
)
_MATTERS = (
    "这款商品拆封后不能退货",
    "目前没有办法提前发货",
    "我这边暂时查不到物流信息",
    "订单发出后无法修改地址",
    "这张券已经过期，不能再使用",
    "我不能替您作这个决定",
    "按规定我们无法提供监控视频",
    "您的申请没有通过审核",
    "这个颜色暂时没有货",
    "我没有听清您的问题",
    "周末无法安排上门",
    "这笔退款还没有到账",
    "我暂时不能答复具体时间",
    "发票开出后不能更换抬头",
    "您的账户不能在这里解绑",
    "我们无法为您保留库存",
    "这个活动不支持和其他优惠一起用",
    "旧款的配件已经买不到了",
    "我没有权限查看您的密码",
    "系统里没有这笔订单的记录",
    "今天的名额已经没有了",
    "我无法判断是哪里的问题",
    "生鲜商品不支持七天无理由退货",
    "赠品不能单独退换",
    "这个问题我不能马上回答",
)
APOLOGIES = tuple(frame.format(matter) for frame, matter in product(_SORRY, _MATTERS))
"""200 good answers of an agent who is sorry and cannot do a thing."""
