{extends file="string:a{block name=x}y{/block}"}
