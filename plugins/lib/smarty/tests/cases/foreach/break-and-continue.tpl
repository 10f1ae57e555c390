{foreach [1,2,3,4,5] as $v}{if $v==2}{continue}{/if}{if $v==4}{break}{/if}{$v}{/foreach}|{$v}
