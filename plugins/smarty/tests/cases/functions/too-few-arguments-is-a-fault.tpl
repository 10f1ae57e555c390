{substr('abc')}
