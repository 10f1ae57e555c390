{$v=null}[{$v}]{if isset($v)}set{else}unset{/if}
