{$v="5"}{if settype($v,"object")}{/if}
