<{block name=title}Default{/block}|{block name=body}Body{/block}>
