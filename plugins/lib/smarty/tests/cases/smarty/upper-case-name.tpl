{$SMARTY.now}|{$Smarty.get.a}
