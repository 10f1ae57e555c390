{foreach [1,2,3] as $r}{block name=row}{$r}{/block}{/foreach}
