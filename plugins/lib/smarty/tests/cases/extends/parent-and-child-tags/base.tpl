[{block name=a}A{/block}][{block name=b}({child}){/block}]
