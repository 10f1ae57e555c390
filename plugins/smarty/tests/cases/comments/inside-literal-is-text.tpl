{literal}{* stays *}{/literal}
