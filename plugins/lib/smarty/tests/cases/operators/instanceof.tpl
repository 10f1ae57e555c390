[{$v instanceof Smarty}]
