a{nocache}b{$v}{/nocache}c {nocache}{if 1}x{/if}{/nocache}
