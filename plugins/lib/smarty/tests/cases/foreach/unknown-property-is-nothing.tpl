{foreach [1] as $v}[{$v@nosuch}]{/foreach}
