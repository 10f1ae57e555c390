{function greet}hi{/function}{greet} {function 'two'}2{/function}{two} {function "three"}3{/function}{three}
