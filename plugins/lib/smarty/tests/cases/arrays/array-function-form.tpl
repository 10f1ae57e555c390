{array(1,2)|count} {foreach array('a'=>1,'b'=>2) as $k=>$v}{$k}{$v}{/foreach} {array()|count}
