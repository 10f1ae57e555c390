{extends 'base.tpl'}{block title}T{/block}{block 'body'}B{/block}
