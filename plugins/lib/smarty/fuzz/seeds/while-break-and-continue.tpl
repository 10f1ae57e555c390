{$i=0}{while 1}{$i=$i+1}{if $i==2}{continue}{/if}{if $i>4}{break}{/if}{$i}{/while}
