{intval('12abc')} {intval(12.9)} {intval('0x1A',16)} {intval('012',0)} {floatval('1.5abc')} {boolval('0')}| {strval(1.0)} {intval(null)} {intval('abc')}
