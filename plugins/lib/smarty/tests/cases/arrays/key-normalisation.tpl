{foreach ['1'=>a,1=>b,1.9=>c,'01'=>d,'-5'=>e,'-0'=>f,''=>g] as $k=>$v}{$k}={$v};{/foreach}
