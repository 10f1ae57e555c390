{foreach [1,2] as $r}{block name=row}x{/block}{/foreach}
