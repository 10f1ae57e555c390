{STRLEN('ab')}{IsSet($u)}{COUNT([1])}{if Empty($u)}e{/if}
