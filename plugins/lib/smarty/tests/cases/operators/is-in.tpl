[{1 is in [1,2]}][{5 is in [1,2]}][{'1' is in [1]}][{'x' is in $a}][{null is in [0]}][{'1.0' is in ['1']}]{if 'x' is in $a}y{/if}
