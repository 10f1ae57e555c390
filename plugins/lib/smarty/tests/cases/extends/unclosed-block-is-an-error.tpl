{block name=a}x
