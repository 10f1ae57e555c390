<{block title}Default{/block}|{block 'body'}Body{/block}>
