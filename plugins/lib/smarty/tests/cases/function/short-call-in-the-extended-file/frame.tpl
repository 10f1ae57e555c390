{line no=5}{block body}{/block}
