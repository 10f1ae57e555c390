a{include file="part.tpl"}b {include 'part.tpl'} {include "part.tpl"} {include file='part.tpl'}
