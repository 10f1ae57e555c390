{$v='outer'}{function f}{$v}{/function}{f}{$v='later'}{f}{f v='arg'}{$v}
