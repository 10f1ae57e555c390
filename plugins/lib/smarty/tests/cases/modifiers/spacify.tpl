{'abc'|spacify} {'abc'|spacify:'^^'} {'é漢'|spacify} {''|spacify}| {'a'|spacify:'-'}
