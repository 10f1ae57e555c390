{include file="part.tpl" nocache} {include file="part.tpl" caching cache_lifetime=5} {include file="part.tpl" inline}
