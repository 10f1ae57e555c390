{function f}[{$v@index}{$v@last}]{/function}{foreach [1,2] as $v}{f}{/foreach}
