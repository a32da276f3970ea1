"""How the weights of `policy/default/tone.tsv` are learnt from labelled replies, and how well that carries over."""
