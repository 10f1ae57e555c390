{for $i=1 to 9}{if $i==2}{continue}{/if}{if $i==5}{break}{/if}{$i}{/for}
