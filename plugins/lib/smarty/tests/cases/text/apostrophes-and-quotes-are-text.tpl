it's "here" 'and' `there`
