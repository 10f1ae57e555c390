{foreach [7,8,9] as $v}{counter}={$v} {/foreach}
