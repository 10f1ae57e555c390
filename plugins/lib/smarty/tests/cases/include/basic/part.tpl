<part {$v}>
