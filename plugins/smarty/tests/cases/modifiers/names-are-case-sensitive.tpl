{'abc'|UPPER}
