{$a.if} {$a.foreach} {$a.and} {$a.null} {$a.true} {$a.as} {$a.is} {$a.mod} {$a.class_1}
