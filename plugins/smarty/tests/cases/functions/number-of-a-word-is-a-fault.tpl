{abs('abc')}
