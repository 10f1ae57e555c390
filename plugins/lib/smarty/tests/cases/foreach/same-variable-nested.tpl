{foreach [1,2] as $v}{$v}({foreach [7,8] as $v}{$v}{/foreach}){$v}{/foreach}{$v}
