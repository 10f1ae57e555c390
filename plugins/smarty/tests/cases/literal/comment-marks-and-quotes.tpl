{literal}'"`{* *}\{/literal}
