{function one}1{/function}{function two}2{/function}{foreach ['one','two'] as $f}{call $f}{call name=$f}{/foreach}{call "t{$w}"}
