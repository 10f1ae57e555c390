{function show}{foreach $texts as $text}{bin2hex(hebrev($text))}
{/foreach}{/function}
{$shalom=implode('',array_map('chr',[249,236,229,237]))}
{call show texts=[$shalom,"$shalom (12) abc","abc $shalom, $shalom. 1/2","a\n$shalom\nb",'plain <text>','']}
{bin2hex(hebrev("$shalom $shalom one two three $shalom",9))} {bin2hex(hebrev("$shalom\t$shalom",-1))}
