{('Zoom' & 'zoom')|bin2hex} {('Zoom' ^ 'zo')|bin2hex} {'9' & '12'} {('9' ^ '12')|bin2hex} {9 & '12'} {$s & '3'} {if $s & '8'}on{else}off{/if} {('' & 'a')|strlen}
