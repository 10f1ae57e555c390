{include file=part} {include part}
